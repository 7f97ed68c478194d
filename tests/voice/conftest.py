"""Fixtures of the phone line's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.languages.declared import Languages
from bot.menus.menu import spoken
from connectors.twilio.client import TwilioAccount
from tests.voice.fakes import (
    PUBLIC,
    TOKEN,
    FakeCalls,
    FakeClaims,
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
from voice.agents.line_settings import LineSettings
from voice.agents.people_line import PeopleParts
from voice.calls import VoiceLine
from voice.speech.prompts import Prompts
from voice.wire import Needs

DOMAIN = Path(__file__).resolve().parents[2] / "domain"
ACCOUNT = TwilioAccount("AC" + "0" * 32, (TOKEN,), "http://127.0.0.1:1", "+15550100998", "+15550100999", PUBLIC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/voice/gather/golden/*.xml anew")


@pytest.fixture
def prompts() -> Prompts:
    """What the designers set; a test module may set something else."""
    return Prompts()


@pytest.fixture
def languages() -> Languages:
    """Those of the business; a test module may have others."""
    return Languages()


@pytest.fixture
def settings() -> LineSettings:
    """What the installation set; a test may set something else (``@pytest.mark.parametrize("settings", ...)``)."""
    return LineSettings()


@pytest.fixture
def turn_deadline() -> float:
    """Seconds until a filler: more than a loaded machine takes, but where a test is about it."""
    return 10.0


def abroad(languages: Languages) -> dict[str, Prompts]:
    """What the sample bank's designers set in each."""
    return {one.code: Prompts.from_folder(DOMAIN, one.code) for one in languages.by_phone}


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
async def world(
    aiohttp_client: Any, prompts: Prompts, settings: LineSettings, turn_deadline: float, languages: Languages
) -> AsyncIterator[World]:
    store, clock, words, twilio = Store(), FakeClock(), Words(), FakeTwilioClient()
    refused: list[str] = []
    helpers = Helpers(store, clock, words)
    conversations = FakeConversations(store, clock)
    line = VoiceLine(
        Needs(
            account=ACCOUNT,
            client=twilio,  # type: ignore[arg-type]
            conversations=conversations,
            calls=FakeCalls(store),
            handoffs=FakeHandoffs(store),
            contacts=FakeContacts(store, clock),
            wording=words,
            render=spoken,
            claims=FakeClaims(store),
            clock=clock,
            turn_deadline=turn_deadline,
            on_refused=refused.append,
            people=PeopleParts(
                errands=helpers.errands,
                rooms=helpers.rooms,
                waits=helpers.waits,
                available=helpers.how_many,
                settings=settings,
                on_effort=helpers.efforts.append,
                supervises=helpers.supervises,
            ),
            prompts=prompts,
            languages=languages,
            abroad=abroad(languages),
        )
    )
    app = web.Application()
    app.add_routes(line.routes())
    client = await aiohttp_client(app)
    yield World(client, line, store, conversations, twilio, clock, words, refused, helpers, settings)
    await line.close()
