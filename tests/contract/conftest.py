"""A real `rasa run` of the toy assistant with its action server: one of each for all contract tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.rasa_http.client import RasaClient
from tests.rasa_side import toy_rasa


@dataclass(frozen=True)
class Toy:
    """The running toy assistant."""

    base: str
    actions: toy_rasa.Server
    rasa: toy_rasa.Server


@pytest.fixture(scope="session")
def toy_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained toy assistant."""
    return toy_rasa.train(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def toy(toy_model: Path, redis_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toy]:
    """Both processes, on our tracker store; ended afterwards."""
    folder = tmp_path_factory.mktemp("toy")
    actions, url = toy_rasa.action_server(folder / "actions.log")
    rasa, base = toy_rasa.rasa_server(
        toy_model, folder / "rasa.log", url, endpoints="endpoints_redis.yml", REDIS_URL=redis_server
    )
    try:
        actions.start()
        rasa.start()
        yield Toy(base, actions, rasa)
    finally:
        rasa.stop()
        actions.stop()


class Caller:
    """Raw HTTP to Rasa, as the gateway would do it."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session = session
        self.base = base
        self._ids = count(1)

    async def post(self, channel: str, body: Any, token: str = toy_rasa.TOKEN) -> tuple[int, Any]:
        """Status and JSON of a POST to a channel; ``body`` is sent as it is when it is bytes."""
        headers = {"Authorization": f"Bearer {token}"}
        content: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.session.post(f"{self.base}/webhooks/{channel}/webhook", headers=headers, **content) as response:
            return response.status, await response.json()

    async def say(self, conversation: str, channel: str = "web", **fields: Any) -> dict[str, Any]:
        """One turn with a new message id; the body of the answer."""
        body = {"conversation": conversation, "message_id": f"m{next(self._ids)}", **fields}
        status, answer = await self.post(channel, body)
        assert status == 200, answer
        assert isinstance(answer, dict)
        return answer

    async def events(self, conversation: str, events: Any) -> tuple[int, Any]:
        """Status and JSON of a POST of events to Rasa's own API."""
        url = f"{self.base}/conversations/{conversation}/tracker/events"
        async with self.session.post(url, params={"token": toy_rasa.TOKEN}, json=events) as response:
            return response.status, await response.json()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A client session."""
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def caller(session: aiohttp.ClientSession, toy: Toy) -> Caller:
    """Raw HTTP to the toy."""
    return Caller(session, toy.base)


@pytest.fixture
def client(session: aiohttp.ClientSession, toy: Toy) -> RasaClient:
    """Our client to the toy."""
    return RasaClient(session, toy.base, toy_rasa.TOKEN)
