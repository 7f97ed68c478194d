"""Fixtures of the phone line's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.menu import spoken
from connectors.twilio import TwilioAccount
from tests.voice.fakes import (
    PUBLIC,
    TOKEN,
    FakeCalls,
    FakeClock,
    FakeContacts,
    FakeConversations,
    FakeHandoffs,
    FakeTwilioClient,
    Phone,
    Store,
    Words,
)
from tests.voice.people import Helpers
from voice.calls import VoiceLine
from voice.line_settings import LineSettings
from voice.people_line import PeopleParts
from voice.prompts import Prompts

ACCOUNT = TwilioAccount("AC" + "0" * 32, (TOKEN,), "http://127.0.0.1:1", "+15550100998", "+15550100999", PUBLIC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/voice/golden/*.xml anew")


@pytest.fixture
def prompts() -> Prompts:
    """What the designers set; a test module may set something else."""
    return Prompts()


@pytest.fixture
def settings() -> LineSettings:
    """What the installation set; a test may set something else (``@pytest.mark.parametrize("settings", ...)``)."""
    return LineSettings()


@dataclass
class World:
    """The phone line and all that stands around it."""

    client: TestClient[Any, Any]
    line: VoiceLine
    store: Store
    conversations: FakeConversations
    twilio: FakeTwilioClient
    clock: FakeClock
    words: Words
    refused: list[str]
    helpers: Helpers
    settings: LineSettings

    def phone(self, letter: str = "a", **more: str) -> Phone:
        return Phone(self.client, letter, **more)


@pytest.fixture
async def world(aiohttp_client: Any, prompts: Prompts, settings: LineSettings) -> AsyncIterator[World]:
    store, clock, words, twilio = Store(), FakeClock(), Words(), FakeTwilioClient()
    refused: list[str] = []
    helpers = Helpers(store, clock, words)
    conversations = FakeConversations(store, clock)
    line = VoiceLine(
        ACCOUNT,
        twilio,  # type: ignore[arg-type]
        conversations,
        FakeCalls(store),
        FakeHandoffs(store),
        FakeContacts(store, clock),
        words,
        spoken,
        clock=clock,
        turn_deadline=0.05,
        on_refused=refused.append,
        people=PeopleParts(helpers.errands, helpers.rooms, helpers.waits, helpers.how_many, settings, helpers.efforts.append),
        prompts=prompts,
    )
    app = web.Application()
    app.add_routes(line.routes())
    client = await aiohttp_client(app)
    yield World(client, line, store, conversations, twilio, clock, words, refused, helpers, settings)
    await line.close()
