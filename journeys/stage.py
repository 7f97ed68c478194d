"""The installation that journeys run through: started for the run, with customers of its own for each journey."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

from journeys.agent import Agent
from journeys.customers import Customer, customer
from simulator.scripting.testing import Simulator

ROOT = Path(__file__).parents[1]
STOP_SECONDS = 30


class StageError(Exception):
    """The installation did not start; the message holds what it said."""


@contextmanager
def started(home: Path, public_port: int = 0, internal_port: int = 0, **settings: str) -> Iterator[Path]:
    """Start everything in a folder of its own, as ``make run`` does with these settings, and stop it again. Gives the folder."""
    ports = {"PUBLIC_PORT": str(public_port), "INTERNAL_PORT": str(internal_port)}
    wanted = {
        "ONETHREAD_HOME": str(home),
        "RECORD_EVERY_SECONDS": "1",
        **{name: port for name, port in ports.items() if port != "0"},
        **settings,
    }
    ours = ("TWILIO_", "MESSENGER_", "REDIS_", "RASA_", "PYTHONDONT", "DATABASE_URL", "PUBLIC_URL")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
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
        yield home
    finally:
        launcher.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            launcher.communicate(timeout=STOP_SECONDS)


def _await_banner(launcher: subprocess.Popen[str]) -> None:
    assert launcher.stdout is not None
    said: list[str] = []
    for line in launcher.stdout:
        said.append(line)
        if "stops everything" in line:
            return
    raise StageError("the installation did not start:\n" + "".join(said[-30:]))


@dataclass(slots=True)
class Stage:
    """A running installation with everything a run needs of it. Use ``open_stage``."""

    public: str
    internal: str
    token: str
    http: aiohttp.ClientSession
    sim: Simulator
    store: redis.Redis
    agent: Agent
    home: Path
    _adding: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def customer(self, like: str) -> Customer:
        """A customer whom nobody has met, with the records of the one named; numbered on over all runs of the installation."""
        async with self._adding:  # the first one also makes the records that all are copied from
            number = int(await self.store.incr("ot:journeys:customers"))
            return await asyncio.to_thread(customer(number, self.home).like, like)

    async def conversation(self, address: str) -> dict[str, Any] | None:
        """The conversation of an address as the internal API shows it; None when there is none."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.get(f"{self.internal}/conversations", params={"address": address}, headers=headers) as answer:
            if answer.status == 404:
                return None
            found: dict[str, Any] = await answer.json()
            return found

    async def web_address(self, token: str) -> str | None:
        """The address behind a browser's token (the browser itself is never told)."""
        found = await self.store.get(f"ot:wt:{hashlib.sha256(token.encode()).hexdigest()}")
        return None if found is None else f"web:{found.decode() if isinstance(found, bytes) else found}"

    async def record(self, key: str) -> dict[str, Any] | None:
        """A record of the store: ``call:{sid}``, ``handoff:<id>``; None when there is none."""
        kind = await self.store.type(f"ot:{key}")
        text = await (self.store.hget(f"ot:{key}", "json") if kind == "hash" else self.store.get(f"ot:{key}"))
        found: dict[str, Any] | None = json.loads(text) if text else None
        return found

    async def lets_time_pass(self, contact_id: str, span: timedelta) -> None:
        """The customer was last here that much earlier. Nothing else of the installation feels it."""
        key = f"ot:contact:{contact_id}"
        contact = json.loads(str(await self.store.get(key)))
        seen = datetime.fromisoformat(contact["last_seen"]) - span
        await self.store.set(key, json.dumps(contact | {"last_seen": seen.isoformat()}))


@asynccontextmanager
async def open_stage(home: Path) -> AsyncIterator[Stage]:
    """Connect to the installation that runs from ``home``. It must be one with the simulator."""
    running = json.loads((home / "running.json").read_text())
    token = json.loads((home / "secrets.json").read_text())["internal_api_token"]
    again = Retry(ExponentialBackoff(cap=1.0, base=0.05), 10)  # calls take it down (docs/calls.md)
    store = redis.Redis.from_url(running["redis_url"], decode_responses=True, retry=again)
    agent = Agent(running["internal_url"], home)
    async with aiohttp.ClientSession() as http, Simulator.at(f"{running['internal_url']}/simulator") as sim:
        try:
            await agent.comes()
            yield Stage(running["public_url"], running["internal_url"], token, http, sim, store, agent, home)
        finally:
            await agent.close()
            await store.aclose()
