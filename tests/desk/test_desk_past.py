"""What is over is found by words or a number, and read; each reading is told of, and searching is limited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import aiohttp
import pytest
from redis.asyncio import Redis

from bot.model import Author, ChannelName, Fact, TranscriptLine
from bot.ports import Facts, StoreUnavailable
from desk.agents import AgentDirectory
from desk.limits import SEARCHES
from desk.queue.past import Found, PastLines
from tests.desk.conftest import PASSWORD, Browser, House, opened_house
from tests.desk.fake_people import START, FakeClock

EVIL = "<script>alert(1)</script>"
PARTS = {"X-Desk": "parts"}


@dataclass
class Kept:
    """One conversation that is over."""

    asked: list[str] = field(default_factory=list)
    away: bool = False

    async def find(self, said: str, limit: int) -> Sequence[Found]:
        self.asked.append(said)
        if self.away:
            raise StoreUnavailable("away")
        return [Found("c_1", f"Ana {EVIL}", EVIL, (ChannelName.SMS, ChannelName.WEB), START)] if said == "lost card" else []

    async def lines(self, conversation_id: str, before: str | None) -> PastLines | None:
        if self.away:
            raise StoreUnavailable("away")
        if conversation_id != "c_1":
            return None
        line = TranscriptLine(START, Author.CUSTOMER, ChannelName.SMS, f"older {EVIL}" if before else f"newer {EVIL}")
        return PastLines("Ana Lopez", (line,), None if before else "the cursor")


class Noted(Facts):
    """What was told."""

    def __init__(self) -> None:
        self.told: list[Fact] = []

    async def append(self, facts: Sequence[Fact]) -> None:
        self.told += facts

    async def once(self, fact: Fact) -> None:
        self.told.append(fact)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
async def desk(
    redis: Redis, agents: AgentDirectory, clock: FakeClock, kept: Kept, noted: Noted
) -> AsyncIterator[tuple[House, Browser]]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        opened_house(redis, agents, clock, records=kept, facts=noted) as house,
        aiohttp.ClientSession(cookie_jar=jar) as session,
    ):
        browser = Browser(session, house.base)
        await house.agent()
        assert (await browser.sign_in("ana", PASSWORD)).status == 303
        yield house, browser


async def test_what_is_over_is_found_beside_what_is_open(desk: tuple[House, Browser], kept: Kept) -> None:
    house, ana = desk
    open_one = house.people.open("lost card again")
    text = (await ana.get("/desk?q=lost+card")).text
    assert f"q-{open_one.id}" in text and "1 open now." in text
    assert 'href="/desk/conversations/c_1"' in text and EVIL not in text and "Ana &lt;script&gt;" in text
    assert "Nothing was found." in (await ana.get("/desk?q=something+else")).text
    assert kept.asked == ["lost card", "something else"]


async def test_only_who_searches_searches(desk: tuple[House, Browser], kept: Kept) -> None:
    """A page that looks again because somebody wrote asks the records nothing, and its results stay."""
    _, ana = desk
    text = (await ana.get("/desk/parts?only=queue&q=lost+card", **PARTS)).text
    assert kept.asked == [] and 'data-part="found"' not in text
    text = (await ana.get("/desk/parts?only=queue&q=lost+card&search=1", **PARTS)).text
    assert kept.asked == ["lost card"] and 'data-part="found"' in text


async def test_a_conversation_that_is_over_is_read_in_pages_and_that_is_told(desk: tuple[House, Browser], noted: Noted) -> None:
    _, ana = desk
    text = (await ana.get("/desk/conversations/c_1")).text
    assert "<bdi>Ana Lopez</bdi>" in text and "<b>Ana Lopez</b>" in text and EVIL not in text and "newer &lt;script&gt;" in text
    assert "before=the%20cursor" in text and "older" in (await ana.get("/desk/conversations/c_1?before=the%20cursor")).text
    read = [fact for fact in noted.told if fact.kind == "transcript_read"]
    assert [(fact.conversation_id, fact.body["reader"], fact.body["lines"]) for fact in read] == [("c_1", "ana", 1)] * 2


@pytest.mark.parametrize("path", ["c_2", "..%2f..", "a" * 90])
async def test_what_is_not_kept_is_not_there(desk: tuple[House, Browser], path: str) -> None:
    _, ana = desk
    assert (await ana.get(f"/desk/conversations/{path}")).status == 404


async def test_a_database_that_is_away_is_a_sentence(desk: tuple[House, Browser], kept: Kept) -> None:
    house, ana = desk
    kept.away = True
    waits = house.people.open("lost card")
    text = (await ana.get("/desk?q=lost+card")).text
    assert "cannot be searched just now" in text and f"q-{waits.id}" in text
    assert (await ana.get("/desk/conversations/c_1")).status == 503


async def test_searching_has_a_limit(desk: tuple[House, Browser], kept: Kept) -> None:
    house, ana = desk
    for _ in range(SEARCHES):
        assert await house.sessions.searches.wait("ana") == 0
    text = (await ana.get("/desk?q=lost+card")).text
    assert "You have searched very often." in text and kept.asked == []


async def test_strangers_find_and_read_nothing(desk: tuple[House, Browser], kept: Kept) -> None:
    house, _ = desk
    async with aiohttp.ClientSession() as session:
        stranger = Browser(session, house.base)
        for path in ("/desk?q=lost+card", "/desk/conversations/c_1"):
            assert (await stranger.get(path)).location.startswith("/desk/sign-in")
    assert kept.asked == []


async def test_without_records_there_is_no_such_page(ana: Browser) -> None:
    assert (await ana.get("/desk/conversations/c_1")).status == 404
    assert 'data-part="found"' not in (await ana.get("/desk?q=card")).text


async def test_its_customer_is_written_to(desk: tuple[House, Browser]) -> None:
    """From the assistant, or after long: the core says whether that may be."""
    house, ana = desk
    taken = await ana.post("/desk/conversations/c_1/take", {})
    assert taken.status == 303 and taken.location.startswith("/desk/handoffs/")
    assert house.people.calls == [("take", "c_1", "ana")]
    house.people.refuse = "The customer has opted out of texts."
    refused = await ana.post("/desk/conversations/c_1/take", {})
    assert refused.status == 409 and "opted out" in refused.text
    await ana.post("/desk/available", {"available": ""})
    assert "You are set to away" in (await ana.post("/desk/conversations/c_1/take", {})).text
