"""A log that is partly cold reads as one that never was, whatever happened in between."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import redis.asyncio as redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model import Reply
from bot.ports import TurnResult
from bot.ports.stores import TurnStage
from bot.redis_store.client.base import PREFIX, connect
from bot.redis_store.event_log import ColdStoreMissing, EventLog, Packed, Reading, StaleWriter, Window
from bot.redis_store.turns import RedisTurns
from bot.transcript.repeats import Questions
from gateway.cold import ColdRecords
from gateway.workers.cooling import HOT, IDLE, Cooling
from records.cold import ColdStore
from records.sql import opening
from tests.bot.conversation.test_crashes import Died
from tests.cold.conftest import Clock

C = "c_ana"


def events(first: int, count: int) -> list[str]:
    """As Rasa's process writes them."""
    made = ({"event": "user", "timestamp": 1_790_000_000.0 + n, "text": f"line {n}"} for n in range(first, first + count))
    return [json.dumps(event, separators=(",", ":")) for event in made]


def told(first: int, count: int) -> list[bytes]:
    return [event.encode() for event in events(first, count)]


async def whole(log: EventLog) -> list[bytes]:
    return [event async for page in log.all(C) for event in page]


async def test_cold_events_leave_redis_and_read_as_before(client: redis.Redis, log: EventLog, cooling: Cooling) -> None:
    await log.append(C, 0, events(0, 700), Window(690, "[1]"))
    before = await log.read(C)
    assert await cooling.cool(C)
    assert await client.exists("ot:{c:c_ana}:events") == 0
    assert await log.read(C) == before == Reading(700, b"[1]", told(690, 10))
    assert await whole(log) == told(0, 700)
    assert await log.page(C, 498, 5) == told(498, 5)
    assert await log.page(C, 5000, 5) == []
    with pytest.raises(StaleWriter):
        await log.append(C, 10, events(10, 1))
    await log.append(C, 700, events(700, 3))
    assert await log.page(C, 698, 50) == told(698, 5)
    assert await log.read(C) == Reading(703, b"[1]", told(690, 13))
    assert await cooling.cool(C)
    assert await log.read(C) == Reading(703, b"[1]", told(690, 13))
    await log.append(C, 703, events(703, 2), Window(705, "[2]"))
    assert await log.read(C) == Reading(705, b"[2]", [])
    await log.append(C, 705, events(705, 1))
    assert await log.read(C) == Reading(706, b"[2]", told(705, 1))
    assert await whole(log) == told(0, 706)


async def test_due_after_a_while_and_listed_as_idle_then(
    client: redis.Redis, log: EventLog, cooling: Cooling, clock: Clock
) -> None:
    await log.append(C, 0, events(0, 3))
    clock.forward(minutes=9)
    await log.append(C, 3, events(3, 3))
    assert await cooling.look() == 0
    clock.forward(minutes=2)
    assert await cooling.look() == 1
    assert await client.zrange(HOT, 0, -1) == [] and await client.zrange(IDLE, 0, -1) == [C]
    assert await cooling.look() == 0
    await log.append(C, 6, events(6, 1))
    assert await client.zrange(HOT, 0, -1) == [C]


async def test_what_is_on_no_list_is_found_once_a_day(client: redis.Redis, log: EventLog, cooling: Cooling, clock: Clock) -> None:
    await log.append(C, 0, events(0, 3))
    await client.delete(HOT)
    await cooling.look()
    clock.forward(minutes=11)
    assert await cooling.look() == 1
    assert await whole(log) == told(0, 3)


async def test_a_turn_while_it_is_moved_is_not_lost(log: EventLog, cold: ColdRecords, cooling: Cooling) -> None:
    """The turn comes between the write to the database and the one to Redis."""
    await log.append(C, 0, events(0, 5))
    keep = cold.keep

    async def and_a_turn(*given: Any) -> bool:
        kept = await keep(*given)
        await log.append(C, 5, events(5, 2))
        return kept

    cold.keep = and_a_turn
    assert not await cooling.cool(C)
    cold.keep = keep
    assert await whole(log) == told(0, 7)
    assert await cooling.cool(C)
    assert await whole(log) == told(0, 7)
    assert (await cold.standing(C)).length == 7


async def test_two_gateways_move_it_at_once(log: EventLog, cooling: Cooling, cold: ColdRecords) -> None:
    await log.append(C, 0, events(0, 450))
    await asyncio.gather(*(cooling.cool(C) for _ in range(4)))
    assert await whole(log) == told(0, 450)
    assert (await cold.standing(C)).length == 450


async def test_a_process_without_the_cold_store_says_so(client: redis.Redis, log: EventLog, cooling: Cooling) -> None:
    await log.append(C, 0, events(0, 5))
    await cooling.cool(C)
    alone = EventLog(client, PREFIX)
    assert (await alone.read(C)) == Reading(5, b"", told(0, 5)), "a turn needs none"
    with pytest.raises(ColdStoreMissing, match="RECORDS_URL"):
        await alone.page(C, 0, 5)


async def test_events_that_the_database_has_lost_leave_their_numbers(log: EventLog, cold: ColdRecords, cooling: Cooling) -> None:
    await log.append(C, 0, events(0, 5))
    await cooling.cool(C)
    await cold.forget([C], [])
    assert [json.loads(event)["event"] for event in await log.page(C, 0, 9)] == ["gone"] * 5
    await log.append(C, 5, events(5, 2))
    assert (await log.page(C, 0, 9))[5:] == told(5, 2)


# -- any interleaving ------------------------------------------------------------------------------------------------


@dataclass
class Dying:
    """Dies before or after the n-th step of moving, in either store."""

    at: int
    after: bool
    count: int = 0

    def around(self, call: Any) -> Any:
        async def step(*args: Any, **options: Any) -> Any:
            self.count += 1
            dies = self.count == self.at
            if dies and not self.after:
                raise Died
            answer = await call(*args, **options)
            if dies:
                raise Died
            return answer

        return step


@dataclass
class Model:
    """What a log without a cold store would say."""

    length: int = 0
    at: int = 0
    window: bytes = b""


STEP = st.one_of(
    st.tuples(st.just("turn"), st.integers(1, 30), st.booleans()),
    st.tuples(st.just("cool"), st.integers(0, 14), st.booleans()),
    st.tuples(st.just("park"), st.integers(0, 14), st.booleans()),
)


async def parked(cooling: Cooling) -> None:
    """As ``gateway.workers.parking`` does with a log."""
    if not await cooling.cool(C):
        return
    length, packed = await cooling.log.packed(C)
    if packed is not None and await cooling.cold.park(C, packed, None):
        await cooling.log.park(C, length, packed)


async def die_in(cooling: Cooling, what: str, at: int, after: bool) -> None:
    dying = Dying(at, after)
    log, cold = cooling.log, cooling.cold
    run, keep, park = log._run, cold.keep, cold.park
    log._run, cold.keep, cold.park = dying.around(run), dying.around(keep), dying.around(park)  # type: ignore[method-assign]
    try:
        await (cooling.cool(C) if what == "cool" else parked(cooling))
    except Died:
        pass
    finally:
        log._run, cold.keep, cold.park = run, keep, park  # type: ignore[method-assign]


async def play(url: str, records: str, steps: list[tuple[str, int, bool]]) -> None:
    client, clock, model = connect(url), Clock(), Model()
    await client.flushall()
    async with opening(records, clock) as opened:
        cold = ColdRecords(ColdStore(opened.engine, clock))
        await cold.forget([C], [])
        from sqlalchemy import text

        async with opened.engine.begin() as connection:
            await connection.execute(text("DELETE FROM cold_conversations"))
        log = EventLog(client, PREFIX, cold, lambda: clock().timestamp())
        cooling = Cooling(client, log, cold, Questions(), clock, timedelta(minutes=10))
        for kind, number, flag in steps:
            if kind != "turn":
                await die_in(cooling, kind, number, flag)
                continue
            new = events(model.length, number)
            window = Window(model.length + number, f'["w{model.length}"]') if flag else None
            await log.append(C, await expected(log), new, window)
            model.length += number
            if window:
                model.at, model.window = model.length, window.events.encode()
            assert await log.read(C) == Reading(model.length, model.window, told(model.at, model.length - model.at))
        assert await whole(log) == told(0, model.length)
        for at in range(0, model.length, 37):
            assert await log.page(C, at, 20) == told(at, min(20, model.length - at))
    await client.aclose()


async def expected(log: EventLog) -> int:
    reading = await log.read(C)
    return reading.length if reading else 0


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=14))
def test_any_turns_moves_and_deaths_give_the_history_without_them(
    redis_server: str, records_url: str, steps: list[tuple[str, int, bool]]
) -> None:
    asyncio.run(play(redis_server, records_url, steps))


def test_packed_is_what_it_was() -> None:
    reading = Reading(9, b'[{"a": "\xc3\xa9"}]', [b'{"b": 1}', b'{"c": 2}'])
    assert Packed.load(9, Packed.dump(reading)) == reading
    assert Packed.load(0, Packed.dump(Reading(0, b"", []))) == Reading(0, b"", [])
    with pytest.raises(ValueError, match="packed"):
        Packed.load(1, b"nothing")


async def test_what_was_kept_for_repeats_goes_with_the_events(
    client: redis.Redis, log: EventLog, cooling: Cooling, clock: Clock
) -> None:
    """Not of what was said a moment ago, of an agent's talk, or of what is still being answered."""
    turns = RedisTurns(client)
    moment = clock().timestamp()
    said = [
        ("old", moment - 600, {}),
        ("begun", moment - 600, {}),
        ("line", moment - 600, {"line": "l1"}),
        ("new", moment - 1, {}),
    ]
    for name, _, _ in said:
        await turns.begin(name)
        if name != "begun":
            await turns.finish(name, TurnResult(C, (Reply("words"),)))
    kept = [{"event": "user", "timestamp": at, "message_id": name, "metadata": more} for name, at, more in said]
    await log.append(C, 0, [json.dumps(event) for event in kept])
    await replace(cooling, served=turns.served).cool(C)
    stages = {name: await turns.begin(name) for name, _, _ in said}
    assert stages["old"] == stages["begun"] == (TurnStage.STARTED, None), "read back from the tracker if it is asked again"
    assert stages["line"][0] is stages["new"][0] is TurnStage.DONE
    assert 0 < await client.ttl("ot:turn:old") <= 3 * 86400
