"""One of several Rasa servers hangs: after a few late answers its customers are served by the others, until it is well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import ChannelName, Reply
from bot.ports import DialogueTurn, DialogueUnavailable
from bot.rasa_http.breaker import FIRST_PAUSE, LATE, LONGEST_PAUSE, UNREACHED, Rest
from bot.rasa_http.pool import RasaPool


class Server:
    """A Rasa server by its behaviour: well, hanging (late), slow (late, but a look finds it well) or gone."""

    def __init__(self, name: str) -> None:
        self.name, self.state, self.asked = name, "well", list[str]()

    async def turn(self, conversation_id: str, channel: ChannelName, message_id: str, **_more: Any) -> DialogueTurn:
        self.asked.append(message_id)
        self._answers()
        return DialogueTurn((Reply(self.name),))

    async def append(self, conversation_id: str, events: Any) -> None:
        self.asked.append("append")
        self._answers()

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        self._answers()
        return [{"by": self.name}]

    async def slots(self, conversation_id: str) -> dict[str, Any]:
        self._answers()
        return {"by": self.name}

    async def healthy(self) -> bool:
        return self.state in ("well", "slow")

    def _answers(self) -> None:
        if self.state == "gone":
            raise DialogueUnavailable("no connection", reached=False)
        if self.state in ("hangs", "slow"):
            raise DialogueUnavailable("no answer", reached=True, late=True)


class Pool:
    """A pool of two on a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.told: list[tuple[str, bool]] = []
        self.pauses: list[float] = []
        self.paused, self.go_on = asyncio.Event(), asyncio.Event()
        servers = {"http://a": Server("http://a"), "http://b": Server("http://b")}
        self.pool = RasaPool(servers, lambda: self.now, pause=self._pause, told=lambda *what: self.told.append(what))
        self.own, self.other = (servers[address] for address in self.pool.order("c_ana"))

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.paused.set()
        await self.go_on.wait()
        self.go_on.clear()

    async def turn(self, message_id: str = "sms:1") -> str:
        try:
            answer = await self.pool.turn("c_ana", ChannelName.SMS, message_id, text="hello", metadata={}, timeout=1.0)
        except DialogueUnavailable:
            answer = None
        for _ in range(3):  # the look beside it
            await asyncio.sleep(0)
        return answer.replies[0].text if answer else "apology"

    async def look(self) -> None:
        """The pause is over; until the next begins, or the rest ends."""
        self.paused.clear()
        self.go_on.set()
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
async def two() -> AsyncIterator[Pool]:
    made = Pool()
    yield made
    await made.pool.aclose()


async def test_a_hanging_server_is_asked_last_and_its_customers_get_real_answers(two: Pool) -> None:
    assert await two.turn() == two.own.name
    two.own.state = "hangs"
    said = [await two.turn(f"sms:{number}") for number in range(4)]
    assert said == ["apology", *[two.other.name] * 3], "one late answer, and a look that found nobody"
    assert two.told == [(two.own.name, False)] and two.pool.resting() == [two.own.name]


async def test_it_takes_its_share_again_once_it_is_well(two: Pool) -> None:
    two.own.state = "hangs"
    await two.turn()
    await two.turn()
    await two.look()
    assert await two.turn() == two.other.name
    two.own.state = "well"
    await two.look()
    assert await two.turn() == two.own.name
    assert two.told == [(two.own.name, False), (two.own.name, True)]


async def test_what_may_have_reached_a_server_is_asked_of_no_other(two: Pool) -> None:
    two.own.state = "hangs"
    assert await two.turn("sms:7") == "apology"
    with pytest.raises(DialogueUnavailable):
        two.own.state = "slow"
        await RasaPool({"http://a": two.own, "http://b": two.own}).append("c_ana", [{}])
    assert two.own.asked == ["sms:7", "append"] and two.other.asked == []


async def test_what_only_reads_is_asked_of_the_next(two: Pool) -> None:
    two.own.state = "hangs"
    assert await two.pool.events("c_ana") == [{"by": two.other.name}]
    assert await two.pool.slots("c_ana") == {"by": two.other.name}


async def test_a_server_that_is_well_when_looked_at_but_late_in_turns_rests_longer_each_time(two: Pool) -> None:
    two.own.state = "slow"
    for _ in range(3):
        assert [await two.turn() for _ in range(LATE)] == ["apology"] * LATE
        assert await two.turn() == two.other.name
        await two.look()
    assert two.pauses[:3] == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4]


async def test_one_slow_turn_among_others_changes_nothing(two: Pool) -> None:
    for state in ("slow", "slow", "well") * 4:
        two.own.state = state
        await two.turn()
    assert two.told == [] and two.other.asked == []


async def test_when_all_hang_each_is_still_asked(two: Pool) -> None:
    two.own.state = two.other.state = "hangs"
    for _ in range(6):
        assert await two.turn() == "apology"
    two.own.state = two.other.state = "well"
    assert await two.turn() == two.own.name


async def test_health_notices_a_hanging_server_without_a_customer(two: Pool) -> None:
    two.other.state = "hangs"
    for _ in range(2):
        assert await two.pool.healthy()
    assert two.pool.resting() == [two.other.name]
    assert await two.pool.each() == {two.own.name: True, two.other.name: False}


async def test_a_server_that_is_gone_is_asked_last_for_a_moment_only(two: Pool) -> None:
    two.own.state = "gone"
    assert await two.turn() == two.other.name
    two.own.state = "well"
    assert await two.turn() == two.other.name
    two.now += UNREACHED + 1
    assert await two.turn() == two.own.name


@given(st.lists(st.sampled_from(["late", "answered", "found_away", "found_well", "not_reached"]), max_size=60))
def test_a_rest_always_ends_with_an_answer_and_its_pauses_have_bounds(seen: list[str]) -> None:
    rest = Rest(lambda: 0.0)
    changes = 0
    for what in seen:
        before = rest.suspended
        changed = getattr(rest, what)()
        assert bool(changed) is (before is not rest.suspended)
        changes += bool(changed)
        assert FIRST_PAUSE <= rest.pause <= LONGEST_PAUSE
    assert rest.suspended is (changes % 2 == 1)
    rest.answered()
    assert not rest.suspended
