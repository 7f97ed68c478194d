"""A night deletes what has had its time by the rules, and nothing else; what it deleted is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.model import Address, AddressKind
from bot.model.retention import Rules
from bot.redis_store.retention.recordings import RedisRecordings
from gateway.observe.metrics import Metrics
from gateway.retention.night import Night
from records.sql.queries.reading import fact_in, fact_rows
from tests.bot.conftest import ANA
from tests.bot.identity.test_linking import known
from tests.gateway.retention.conftest import LEFT, SECRET, TALK, Kept

BEN = Address(AddressKind.TEL, "+12125550148")


def night_of(kept: Kept, rules: Rules | None = None) -> Night:
    return Night(
        client=kept.world.client,
        records=kept.store,
        recordings=kept.people.recordings,
        told=kept.people.told,
        rules=rules or Rules(),
        clock=kept.world.clock,
        metrics=Metrics(),
    )


def counted(night: Night, what: str) -> float:
    return float(night.metrics.registry.get_sample_value("onethread_deleted_total", {"what": what}) or 0)


async def deletions(kept: Kept) -> dict[str, list[dict[str, object]]]:
    """The facts that say what was deleted, by why."""
    await kept.recorded()
    async with kept.store.engine.connect() as connection:
        found = [fact_in(row) for row in await connection.execute(fact_rows())]
    told: dict[str, list[dict[str, object]]] = {}
    for fact in found:
        if fact.kind == "deleted":
            told.setdefault(str(fact.body["why"]), []).append(dict(fact.body))
    return told


async def test_before_its_time_nothing_goes(kept: Kept) -> None:
    ana, handoff = await kept.ana_talks()
    await kept.recorded()
    kept.world.clock.passes(days=89)
    night = night_of(kept)
    await night.run()
    assert set(kept.at_twilio) == {TALK, LEFT} and SECRET in await kept.words()
    assert await known(kept.world, ANA) == ana and await kept.world.handoffs.get(handoff.id) == handoff
    assert await deletions(kept) == {}


async def test_recordings_go_after_ninety_days_and_words_stay(kept: Kept) -> None:
    ana, handoff = await kept.ana_talks()
    await kept.recorded()
    kept.world.clock.passes(days=91)
    night = night_of(kept)
    await night.run()
    assert kept.at_twilio == {} and counted(night, "recordings") == 2
    left = await kept.world.handoffs.get(handoff.id)
    assert left is not None and left.recordings == left.voicemails == (), "the desk offers none of them"
    assert await known(kept.world, ANA) == ana and SECRET in await kept.words() and TALK not in await kept.words()
    told = await deletions(kept)
    assert {"recordings": 2} in [one["removed"] for one in told["recordings"]]
    assert {"recording_made": 2} in [one["stripped"] for one in told["recordings"]]
    again = night_of(kept)
    await again.run()
    assert counted(again, "recordings") == 0 and await deletions(kept) == told


async def test_recordings_that_the_records_do_not_know_go_by_their_handoff(kept: Kept) -> None:
    """From before anything was recorded."""
    await kept.ana_talks()
    await kept.world.client.delete(*[key async for key in kept.world.client.scan_iter(match="ot:facts:*")])
    kept.world.clock.passes(days=91)
    await night_of(kept).run()
    assert kept.at_twilio == {}
    assert [one async for one in RedisRecordings(kept.world.client).due(kept.world.clock())] == []


async def test_after_four_hundred_days_the_person_is_gone_and_the_figure_stays(kept: Kept) -> None:
    ana, handoff = await kept.ana_talks()
    await kept.recorded()
    kept.world.clock.passes(days=390)
    await kept.world.texts("ben was here", BEN)
    kept.world.clock.passes(days=11)
    await kept.recorded()
    night = night_of(kept)
    await night.run()
    words = await kept.words()
    assert SECRET not in words and ana.id not in words and "ben was here" in words
    assert await kept.world.contacts.find(ANA) is None and await kept.world.handoffs.get(handoff.id) is None
    assert await known(kept.world, BEN) and "handoff_closed" in words
    assert (counted(night, "contacts"), counted(night, "handoffs")) == (1, 1) and counted(night, "lines") >= 1
    told = await deletions(kept)
    removed = [one["removed"] for one in told["words"]]
    assert {"contacts": 1} in removed and {"handoffs": 1} in removed
    assert ana.id not in str(told)


@pytest.mark.parametrize("mode", ["503", "429"])
async def test_twilio_away_keeps_recordings_for_the_next_night_and_the_rest_goes(kept: Kept, mode: str) -> None:
    await kept.ana_talks()
    await kept.recorded()
    kept.world.clock.passes(days=91)
    kept.faults.rest_next, kept.faults.rest_mode = 1, mode
    night = night_of(kept)
    await night.run()
    assert set(kept.at_twilio) == {TALK, LEFT}, "it was away: the second was not tried"
    assert await kept.people.recordings.kept.overdue() == 2
    assert TALK in await kept.words()
    kept.world.clock.passes(days=1)
    await night.run()
    assert kept.at_twilio == {} and await kept.people.recordings.kept.overdue() == 0
    assert TALK not in await kept.words()


async def test_what_is_kept_for_ever_stays(kept: Kept) -> None:
    ana, _ = await kept.ana_talks()
    await kept.recorded()
    kept.world.clock.passes(days=4000)
    await night_of(kept, Rules(None, None, None, None)).run()
    assert set(kept.at_twilio) == {TALK, LEFT} and SECRET in await kept.words() and await known(kept.world, ANA) == ana


async def test_what_may_still_be_undone_is_kept_in_redis_whatever_the_rules_say(kept: Kept) -> None:
    ana, _ = await kept.ana_talks()
    kept.world.clock.passes(days=20)
    rules = Rules(words=timedelta(days=7))
    await night_of(kept, rules).run()
    assert await known(kept.world, ANA) == ana
    kept.world.clock.passes(days=11)
    await night_of(kept, rules).run()
    assert await kept.world.contacts.find(ANA) is None
