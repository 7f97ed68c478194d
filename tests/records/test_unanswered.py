"""Which questions got no answer: by what the turn did, and whether an article spoke."""

from __future__ import annotations

from records.facts import Fact, fact_of
from records.facts.talk import SlotSet, Turn
from records.sql import RecordsStore
from tests.records.stories import ANA, BEN, KEY, NOW, at, said


def did(number: int, action: str) -> Fact:
    cause = f"m{ANA.conversation_id}{number}"
    return fact_of(Turn(message_id=cause, action=action), cause=cause, at=at(number), about=ANA, key=KEY)


def told(number: int) -> Fact:
    body = SlotSet(slot="article", value="Fees abroad")
    return fact_of(body, cause=f"m{ANA.conversation_id}{number}", at=at(number), about=ANA, key=KEY)


async def test_what_neither_a_skill_nor_an_article_answered_is_told_in_order(store: RecordsStore) -> None:
    await store.keep(
        [
            said(ANA, 1, "do you sell stamps"),
            did(1, "action_out_of_scope"),
            said(ANA, 2, "fees in Spain"),
            did(2, "action_fallback"),
            told(2),
            said(ANA, 3, "what is my balance"),
            did(3, "action_balance"),
            said(ANA, 4, "stamps please"),
            did(4, "action_fallback"),
            said(BEN, 5, "hello"),
        ]
    )
    assert [one.text for one in await store.unanswered(NOW)] == ["do you sell stamps", "stamps please"]
    assert [one.text for one in await store.unanswered(at(3.5))] == ["stamps please"]
