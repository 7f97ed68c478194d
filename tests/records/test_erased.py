"""After an erasure nothing in any table names the person: whatever kind of fact, and wherever somebody put an address."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from typing import Any

import pytest

from bot.model import stable_id
from records.facts import KINDS, About, Fact, decode, encode, fact_of, pseudonym
from records.facts.identity import IdentityLinked
from records.facts.kinds import KindOfFact
from records.facts.people import HandoffOpened
from records.facts.talk import SlotSet, Turn
from records.sql import RecordsStore
from tests.records.stories import ANA, BEN, KEY, NOW, answered, at, said, talk
from tests.records.test_retention import DAY, RULES, dump

BROWSER = "web:0123456789abcdef0123456789abcdef"
VISITOR = About("c_ana", "p_ana", "web")
NUMBER = "tel:+12125550147"


PLAIN = {"str": "x", "int": 1, "bool": True, "float": 1.0, "datetime": NOW.isoformat()}


def filled(kind: KindOfFact) -> dict[str, Any]:
    """A body in which everything personal names her, and each id is made of her address, as some once were."""
    body: dict[str, Any] = {}
    for one in fields(kind.schema):
        declared = str(one.type)
        if one.name in ("part_contact", "part"):
            body[one.name] = str(VISITOR.contact if one.name == "part_contact" else VISITOR.conversation_id)
        elif one.name == "address":
            body[one.name] = BROWSER
        elif one.name in kind.personal:
            body[one.name] = [BROWSER] if "tuple" in declared else f"said from {BROWSER}"
        elif one.name in ("message_id", "menu_id"):
            body[one.name] = f"{BROWSER}:17"
        elif one.default is MISSING and one.default_factory is MISSING:
            body[one.name] = PLAIN[declared]
    return body


def of_every_kind(about: About) -> list[Fact]:
    made = []
    for number, kind in enumerate(KINDS.values()):
        body = kind.adapter.validate_python(filled(kind))
        made.append(fact_of(body, cause=f"{BROWSER}:{kind.name}", at=at(number), about=about, key=KEY))
    return made


@pytest.mark.parametrize("contact", ["p_ana", None])
async def test_no_kind_of_fact_names_her_after_an_erasure(store: RecordsStore, contact: str | None) -> None:
    """Also those that name no contact, as replies and deliveries do."""
    await store.keep([said(VISITOR, 0, "hello", address=BROWSER), *of_every_kind(replace(VISITOR, contact=contact))])
    assert BROWSER in await dump(store)
    await store.erase(["p_ana"])
    found = await dump(store)
    assert [trace for trace in (BROWSER, BROWSER[4:], "p_ana", pseudonym("p_ana", KEY)) if trace in found] == []
    assert len((await store.facts_of("c_ana")).rows) == len(KINDS) + 1, "the figures stay"
    assert len({fact.cause for fact in (await store.facts_of("c_ana")).rows}) == len(KINDS) + 1, "and are told apart"


async def test_the_rest_that_retention_left_of_her_loses_her_pseudonym_too(store: RecordsStore) -> None:
    await store.keep([*(said(ANA, n, "long ago", minutes=-500 * DAY + n) for n in range(3)), *talk(ANA)])
    await store.purge(RULES)
    assert str(pseudonym("p_ana", KEY)) in await dump(store)
    await store.erase(["p_ana"])
    assert str(pseudonym("p_ana", KEY)) not in await dump(store)


async def test_what_her_messages_brought_about_in_anothers_conversation_goes_and_the_others_stays(store: RecordsStore) -> None:
    """Ben's browser was joined into Ana's conversation for a while: his slots, his handoff's words, what could not be read."""
    joined = IdentityLinked(link_id="l", into="c_ana", part="c_ben", part_contact="p_ben", addresses=("web:b",))
    his, hers = said(ANA, 5, "ben joined", address="web:b"), said(ANA, 6, "ana joined")

    def of(fact: Fact, name: str) -> list[Fact]:
        slot = SlotSet(slot="full_name", value=name, words=f"i am {name}")
        opened = HandoffOpened(handoff_id=stable_id("h", fact.cause), queue="q", words=f"a person for {name}")
        later = fact.at.replace(second=1)
        return [
            fact,
            fact_of(slot, cause=fact.cause, at=fact.at, about=ANA, key=KEY),
            fact_of(Turn(message_id=fact.cause, intent="name"), cause=fact.cause, at=fact.at, about=ANA, key=KEY),
            fact_of(opened, cause=opened.handoff_id, at=later, about=ANA, key=KEY),
        ]

    await store.keep([fact_of(joined, cause="l", at=at(3), about=ANA, key=KEY), *of(his, "Bengt"), *of(hers, "Annika")])
    new = [
        decode(encode(said(ANA, 70 + n, "from the future", address=address)).replace(b'"version":1', b'"version":9'))
        for n, address in enumerate(("web:b", NUMBER))
    ]
    await store.keep(new)
    assert "Bengt" in str((await store.subject(["p_ben"]))["facts"]) and "Annika" not in str(await store.subject(["p_ben"]))
    await store.erase(["p_ben"])
    found = await dump(store)
    assert [trace for trace in ("Bengt", "web:b", "p_ben") if trace in found] == []
    assert [trace for trace in ("i am Annika", "a person for Annika", "ana joined", NUMBER) if trace not in found] == []
    assert sum((await store.aside()).values()) == 1


async def test_nobody_elses_facts_are_touched(store: RecordsStore) -> None:
    ben = [*talk(BEN, 20), answered(BEN, 30, "ben's answer")]
    await store.keep([*of_every_kind(VISITOR), *ben])
    await store.erase(["p_ana"])
    assert {fact.id for fact in (await store.facts_of("c_ben")).rows} == {fact.id for fact in ben}
    assert sorted((await store.facts_of("c_ben")).rows, key=lambda one: one.id) == sorted(ben, key=lambda one: one.id)
