"""What the desk finds and reads of conversations that are over, in real databases."""

from __future__ import annotations

from typing import Any

from bot.model import About, Author, ChannelName
from desk.words.facts import FactWords
from gateway.past import RecordedPast
from records.facts import fact_of
from records.facts.identity import IdentityUndone
from records.facts.people import HandoffOpened
from records.facts.talk import SlotSet
from records.sql import RecordsStore
from tests.records.stories import ANA, BEN, KEY, at, said, talk
from tests.records.test_store import linked


async def filled(store: RecordsStore) -> RecordedPast:
    named = SlotSet(slot="full_name", value="Ana Lopez", words="ana lopez")
    asked = HandoffOpened(handoff_id="h1", queue="general", reason="Card broken", words="a person", place=1)
    facts = [
        *talk(ANA),
        *talk(BEN, 5),
        said(BEN, 20, "my card is lost", address="web:abc"),
        fact_of(named, cause="m1", at=at(1), about=ANA, key=KEY),
        fact_of(asked, cause="m2", at=at(2), about=ANA, key=KEY),
    ]
    await store.keep(facts)
    return RecordedPast(store, FactWords(names=("full_name",)))


async def test_by_words_that_were_said(store: RecordsStore) -> None:
    past = await filled(store)
    assert [one.id for one in await past.find("card lost", 9)] == ["c_ben"]
    both = await past.find("balance", 9)
    assert [(one.id, one.who, one.topic) for one in both] == [
        ("c_ben", "+12125550147", ""),
        ("c_ana", "Ana Lopez", "Card broken"),
    ]
    assert both[1].channels == (ChannelName.SMS,) and [one.id for one in await past.find("balance", 1)] == ["c_ben"]
    for said_by_nobody in ("xyzzy", '"', "* OR *", "%", "\x00"):
        assert await past.find(said_by_nobody, 9) == []


async def test_by_a_number_however_it_is_written(store: RecordsStore) -> None:
    past = await filled(store)
    for number in ("+12125550147", "+1 (212) 555-0147", "12125550147"):
        assert "c_ana" in [one.id for one in await past.find(number, 9)]
    assert await past.find("+1 212 555 0199", 9) == []


async def test_what_was_set_while_two_were_joined_is_masked_on_both_sides(store: RecordsStore) -> None:
    past = await filled(store)
    new = About("c_new", "p_ana", "sms")
    parts: dict[str, Any] = {"link_id": "l1", "into": "c_ana", "part": "c_ben", "linked_at": at(0), "addresses": ("web:abc",)}
    undone = IdentityUndone(restored="c_new", part_contact="p_ben", **parts)
    await store.keep([fact_of(linked(0), cause="l1", at=at(0), about=ANA), fact_of(undone, cause="u", at=at(30), about=new)])
    for conversation_id in ("c_new", "c_ben"):
        personal = await past.personal(conversation_id)
        assert personal.out_of("thanks, Ana Lopez") == "thanks, [full name]", conversation_id
        assert (await store.facts_of(conversation_id, ["slot_set"])).rows == (), "what is masked by is not shown"


async def test_the_lines_are_read_with_the_name(store: RecordsStore) -> None:
    past = await filled(store)
    page = await past.lines("c_ana", None)
    assert page and page.who == "Ana Lopez" and page.before is None
    assert [(line.author, line.text) for line in page.lines][:2] == [
        (Author.CUSTOMER, "what is my balance"),
        (Author.BOT, "You have 941 dollars"),
    ]
    assert await past.lines("c_nobody", None) is None and await past.lines("c_ana", "no cursor of ours") is None
