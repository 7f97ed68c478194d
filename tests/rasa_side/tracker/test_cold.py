"""Rasa on a log that cools and falls asleep between turns: the same answers as with Rasa's own store in memory."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered

from bot.rasa_side.tracker.tracker_store import RedisTrackerLog
from bot.redis_store.client.base import PREFIX, connect
from bot.redis_store.event_log import ColdStoreMissing, EventLog
from bot.transcript.repeats import Questions
from gateway.cold import ColdRecords
from gateway.workers.cooling import Cooling
from records.cold import ColdStore
from records.sql import opening
from tests.rasa_side.tracker.test_tracker_store import AGENT, SAID, agent_on, append, say, seen

pytestmark = [pytest.mark.rasa, pytest.mark.filterwarnings("ignore")]  # Rasa warns of its own past
READER = "records.cold.ColdReader"


@pytest.fixture
async def cooling(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cooling]:
    url = f"sqlite:///{tmp_path / 'records.sqlite'}"
    monkeypatch.setenv("RECORDS_URL", url)
    client = connect(redis_url)
    async with opening(url) as records:
        cold = ColdRecords(ColdStore(records.engine))
        log = EventLog(client, PREFIX, cold)
        yield Cooling(client, log, cold, Questions(), lambda: datetime.now(UTC), timedelta())
    await client.aclose()


async def parked(cooling: Cooling) -> None:
    length, packed = await cooling.log.packed("c")
    if packed is not None:
        assert await cooling.cold.park("c", packed, None) and await cooling.log.park("c", length, packed)


@pytest.mark.parametrize("seed", range(3))
async def test_every_turn_is_as_with_rasas_own_store(toy_model: Path, redis_url: str, cooling: Cooling, seed: int) -> None:
    rng = random.Random(seed)
    store = RedisTrackerLog(Domain.empty(), redis_url, cold=READER)
    ours, theirs = agent_on(toy_model, store), agent_on(toy_model, InMemoryTrackerStore(Domain.empty()))
    heard = []
    for number in range(60):
        if (left := rng.random()) < 0.5:
            await cooling.cool("c")
        if left < 0.2:
            await parked(cooling)
        if rng.random() < 0.15:
            events = rng.choices(AGENT, k=rng.randint(1, 4))
            await append(ours, events)
            await append(theirs, events)
            continue
        text = rng.choice(SAID)
        heard.append(str(number))
        assert await say(ours, text, number) == await say(theirs, text, number), (number, text)
        assert await seen(ours, 2) == await seen(theirs, 2), (number, text)
        assert len((await store.retrieve("c")).events) < 200, (number, text)
    tracker = await store.retrieve_full_tracker("c")
    assert [e.message_id for e in tracker.events if isinstance(e, UserUttered) and e.parse_data.get("intent")] == heard
    pages = [await store.page("c", at, 50) for at in range(0, tracker.logged, 50)]
    assert [event["event"] for page in pages for event in page] == [event.type_name for event in tracker.events]
    await store.close()


async def test_without_the_records_turns_go_on_and_the_past_says_why_not(
    toy_model: Path, redis_url: str, cooling: Cooling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RECORDS_URL")
    store = RedisTrackerLog(Domain.empty(), redis_url, cold=READER)
    agent = agent_on(toy_model, store)
    await say(agent, "hello", 1)
    await cooling.cool("c")
    assert await say(agent, "hello", 2)
    with pytest.raises(ColdStoreMissing, match="RECORDS_URL"):
        await store.page("c", 0, 5)
    await store.close()
