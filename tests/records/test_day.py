"""The facts of a day, for its figures: of some kinds, from a time on, in their order."""

from __future__ import annotations

from records.facts import Fact, fact_of
from records.facts.people import HandoffAccepted
from records.sql import RecordsStore
from tests.records.stories import ANA, BEN, KEY, at, said


def accepted(number: int, agent: str) -> Fact:
    body = HandoffAccepted(handoff_id=f"h{number}", agent=agent, waited_seconds=60.0)
    return fact_of(body, cause=f"h{number}", at=at(number), about=ANA, key=KEY)


async def test_only_those_of_the_kinds_since_then_are_read_and_no_more_than_wanted(store: RecordsStore) -> None:
    await store.keep([accepted(3, "sam"), accepted(1, "kim"), said(BEN, 2, "hello"), accepted(2, "bo")])
    found = await store.facts_since(["handoff_accepted"], at(2))
    assert [(one.body["agent"], one.channel) for one in found] == [("bo", ANA.channel), ("sam", ANA.channel)]
    assert [one.body["agent"] for one in await store.facts_since(["handoff_accepted"], at(0), 1)] == ["kim"]
    assert await store.facts_since([], at(0)) == []
