"""The whole installation as `make run` starts it, in a folder of its own, for tests that tell a customer's story."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.model import now
from bot.redis_store.client.base import connect
from desk.agents import AgentDirectory
from desk.sessions import SessionStore

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 30


@dataclass(slots=True)
class Stack:
    """A running installation: where it is, and what its owner may read."""

    home: Path
    public: str
    internal: str
    agents_password: str | None = None
    """What the first agent chose, once they did."""

    @property
    def first_agent(self) -> tuple[str, str]:
        """Username and one-time password."""
        made = json.loads((self.home / "first-agent.json").read_text())
        return made["username"], made["password"]

    async def conversation(self, http: aiohttp.ClientSession, address: str) -> dict[str, Any]:
        """The conversation as the internal API shows it."""
        token = json.loads((self.home / "secrets.json").read_text())["internal_api_token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with http.get(f"{self.internal}/conversations", params={"address": address}, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found

    async def agent(self, username: str, name: str, password: str) -> None:
        """Another agent, who has chosen a password."""
        redis = connect(json.loads((self.home / "running.json").read_text())["redis_url"])
        agents = AgentDirectory(redis)
        await agents.add(username, name)
        await agents.set_password(username, password)
        await redis.aclose()

    async def colleague(self, *, available: bool) -> None:
        """The colleague at the desk is away, or back."""
        redis = connect(json.loads((self.home / "running.json").read_text())["redis_url"])
        await AgentDirectory(redis).set_available("colleague", available)
        await redis.aclose()


@contextmanager
def running(home: Path, public_port: int, internal_port: int, **settings: str) -> Iterator[Stack]:
    """Start everything (with these variables set), give the addresses, stop everything."""
    ports = {"PUBLIC_PORT": str(public_port), "INTERNAL_PORT": str(internal_port)}
    wanted = {"ONETHREAD_HOME": str(home), "RECORD_EVERY_SECONDS": "1", **ports, **settings}
    ours = ("TWILIO_", "MESSENGER_", "REDIS_", "RASA_", "PYTHONDONT")
    plain = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    launcher = subprocess.Popen(
        [sys.executable, "-m", "launch"],
        cwd=ROOT,
        env=plain | wanted,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _await_banner(launcher)
        asyncio.run(_colleague(home))
        yield Stack(home, f"http://127.0.0.1:{public_port}", f"http://127.0.0.1:{internal_port}")
    finally:
        launcher.send_signal(signal.SIGTERM)
        launcher.communicate(timeout=STOP_SECONDS)


async def _colleague(home: Path) -> None:
    """Somebody who sits at the desk for as long as the stories last, so that customers are put in line: a page that was
    heard in two hours from now needs no browser to stay open."""
    redis = connect(json.loads((home / "running.json").read_text())["redis_url"])
    agents = AgentDirectory(redis)
    await agents.add("colleague", "Robin Vale")
    ready = await agents.set_password("colleague", secrets.token_urlsafe(16))
    await SessionStore(redis, clock=lambda: now() + timedelta(hours=2)).begin(ready)
    await redis.aclose()


def _await_banner(launcher: subprocess.Popen[str]) -> None:
    assert launcher.stdout is not None
    said: list[str] = []
    for line in launcher.stdout:
        said.append(line)
        if "stops everything" in line:
            return
    raise AssertionError("the installation did not start:\n" + "".join(said[-30:]))
