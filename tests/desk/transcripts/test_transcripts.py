"""The designers' pages: what was said, masked, and noted; nothing leads on to whose it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from redis.asyncio import Redis

from desk.agents import AgentDirectory
from desk.presence import Presence
from tests.desk.access.whole_desk import Kept, whole_desk
from tests.desk.conftest import PASSWORD, Browser, House, opened_house
from tests.desk.fake_people import FakeClock
from tests.desk.test_desk_past import Noted


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
async def house(redis: Redis, agents: AgentDirectory, clock: FakeClock, tmp_path: Path, noted: Noted) -> AsyncIterator[House]:
    async with whole_desk(redis, agents, clock, tmp_path, noted) as opened:
        yield opened


@pytest.fixture
async def dee(house: House, browser: Browser) -> Browser:
    """A designer."""
    await house.agent("dee", "Dee")
    await house.agents.set_role("dee", "designer")
    assert (await browser.sign_in("dee", PASSWORD)).status == 303
    return browser


async def test_a_designer_begins_with_the_list_and_finds_no_name_in_it(dee: Browser) -> None:
    assert (await dee.get("/desk")).location == "/desk/transcripts"
    page = (await dee.get("/desk/transcripts")).text
    assert 'href="/desk/transcripts/c_1"' in page and "lost_card" in page and "Ana" not in page


async def test_what_was_said_is_masked_and_that_it_was_read_is_told(dee: Browser, noted: Noted) -> None:
    page = (await dee.get("/desk/transcripts/c_1")).text
    assert "I am [full name] and my card [last four digits] is lost, call me on +**** or ****" in page
    assert not any(clue in page for clue in ("Lopez", "4417", "0147", "bank.example"))
    (read,) = [fact for fact in noted.told if fact.kind == "transcript_read"]
    assert (read.body["reader"], read.body["where"], read.conversation_id) == ("dee", "desk, masked", "c_1")


async def test_which_agent_it_was_is_not_read_in_a_notice_either(
    house: House, dee: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.agent("will", "Will Vega")
    monkeypatch.setattr(Kept, "said", "Will Vega has joined. Thanks Will, it will do, Ana Lopez.")
    page = (await dee.get("/desk/transcripts/c_1")).text
    assert "[agent] has joined. Thanks [agent], it will do, [full name]." in page and "Vega" not in page


@pytest.mark.parametrize("path", ["/desk/transcripts/c_2", "/desk/transcripts?before=bad"])
async def test_what_is_not_there_is_said(dee: Browser, path: str) -> None:
    assert (await dee.get(path)).status == 404


async def test_a_designer_is_not_counted_as_being_there_and_is_rung_by_nothing(house: House, dee: Browser) -> None:
    await house.agents.set_profile("dee", "Dee", "+12025550161")
    presence = Presence(house.agents, house.sessions, house.clock)
    assert (await presence.at_desk(), await presence.phones()) == ([], [])
    await house.agents.set_role("dee", "agent")
    assert await presence.usernames() == ["dee"] and await presence.phones() == [("dee", "+12025550161")]


async def test_where_nothing_is_kept_that_is_said(redis: Redis, agents: AgentDirectory, clock: FakeClock) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with opened_house(redis, agents, clock) as house, aiohttp.ClientSession(cookie_jar=jar) as session:
        await house.agent()
        await house.agents.set_role("ana", "designer")
        browser = Browser(session, house.base)
        await browser.sign_in("ana", PASSWORD)
        assert "RECORDING=off" in (await browser.get("/desk/transcripts")).text
        assert (await browser.get("/desk/transcripts/c_1")).status == 404
