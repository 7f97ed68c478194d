"""Articles beside the composer: for signed-in agents, whom each may be told, and within limits. The index is a real one."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from redis.asyncio import Redis

from bot.model import Author, ChannelName
from desk.agents import AgentDirectory
from desk.articles.search import SEARCHES
from knowledge.library import Library
from knowledge.reading import read_all
from tests.desk.conftest import PASSWORD, Browser, House, opened_house
from tests.desk.fake_people import FakeClock
from tests.knowledge.conftest import article


def shop(folder: Path) -> Library:
    """Two articles, one of them for those who have proved who they are; found by their words alone."""
    article(folder, "returns", "Returning a bicycle", "How do I send a bike back?")
    article(folder, "credit", "Buying on credit", "May I pay for a bike later?", more="level: proven")
    return Library(read_all(folder), folder=folder / "models")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """The shop's."""
    return shop(tmp_path)


@pytest.fixture
async def desk(redis: Redis, agents: AgentDirectory, clock: FakeClock, library: Library) -> AsyncIterator[House]:
    """A desk with articles, and Ana."""
    async with opened_house(redis, agents, clock, articles=library) as opened:
        await opened.agent()
        yield opened


@pytest.fixture
async def ana(desk: House) -> AsyncIterator[Browser]:
    """Signed in."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        browser = Browser(session, desk.base)
        await browser.sign_in("ana", PASSWORD)
        yield browser


async def test_an_article_is_found_with_its_form_for_each_channel(ana: Browser) -> None:
    answer = await ana.get("/desk/articles?q=send+a+bike+back")
    assert answer.status == 200 and "Returning a bicycle" in answer.text
    for channel in ChannelName:
        assert f"data-{channel.value}=" in answer.text
    assert 'data-sms="Returning a bicycle by text."' in answer.text and 'data-voice="Returning a bicycle aloud."' in answer.text


async def test_whom_an_article_may_be_told_stands_beside_it(ana: Browser) -> None:
    assert "PIN verified only" in (await ana.get("/desk/articles?q=pay+later+on+credit")).text
    assert "PIN verified only" not in (await ana.get("/desk/articles?q=send+back+returning")).text


async def test_what_nobody_wrote_is_said_to_be_missing(ana: Browser) -> None:
    assert "No article fits." in (await ana.get("/desk/articles?q=zzgrf")).text
    assert "No article fits." in (await ana.get("/desk/articles?q=")).text


async def test_where_nothing_is_kept_articles_are_searched_and_nothing_is_proposed(desk: House, ana: Browser) -> None:
    handoff = desk.people.open()
    await desk.people.accept(handoff.id, "ana", None)
    desk.people.say(handoff.id, "We mend tyres.", Author.AGENT, "ana")
    await desk.agents.set_role("ana", "supervisor")
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert "We mend tyres." in page and 'class="find-articles"' in page
    assert "Propose" not in page and "Proposals" not in page
    assert (await ana.get("/desk/proposals")).status == 404
    assert (await ana.post(f"/desk/handoffs/{handoff.id}/propose", {"line": "any"})).status in (404, 405)


async def test_nobody_else_may_search(desk: House) -> None:
    async with aiohttp.ClientSession() as session:
        stranger = Browser(session, desk.base)
        assert (await stranger.get("/desk/articles?q=bike")).status == 303
        assert (await stranger.get("/desk/articles?q=bike", **{"X-Desk": "parts"})).status == 401


async def test_too_long_and_too_often_are_refused_with_a_sentence(ana: Browser) -> None:
    assert (await ana.get(f"/desk/articles?q={'b' * 501}")).status == 400
    answers = [await ana.get("/desk/articles?q=bike") for _ in range(int(SEARCHES.burst) + 1)]
    assert [one.status for one in answers].count(429) == 1 and "Please try again" in answers[-1].text


async def test_a_search_keeps_nobody_waiting(ana: Browser, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    search = library.search

    def seen(*given: object, **more: object) -> object:
        threads.append(threading.current_thread().name)
        return search(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(library, "search", seen)
    await ana.get("/desk/articles?q=bike")
    assert threads and threading.main_thread().name not in threads


async def test_a_desk_without_articles_has_no_box(house: House, browser: Browser) -> None:
    await house.agent()
    await browser.sign_in("ana", PASSWORD)
    handoff = house.people.open()
    await house.people.accept(handoff.id, "ana", None)
    assert "find-articles" not in (await browser.get(f"/desk/handoffs/{handoff.id}")).text
    assert (await browser.get("/desk/articles?q=bike")).status == 404
