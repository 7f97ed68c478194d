"""Facts are kept once and found again, in SQLite and in PostgreSQL."""

from __future__ import annotations

import pytest

from records.facts import About, fact_of, identity
from records.sql import BadCursor, Kept, Question, RecordsStore
from tests.records.stories import ANA, BEN, NOW, answered, at, closed, everything, said, talk, understood


async def test_a_talk_is_read_as_it_was(store: RecordsStore) -> None:
    assert await store.keep(talk(ANA)) == Kept(added=5)
    page = await store.lines("c_ana")
    assert [(line.author, line.text) for line in page.rows] == [
        ("customer", "what is my balance"),
        ("bot", "You have 941 dollars"),
        ("bot", "Anything else?"),
    ]
    [found] = await store.conversations_of("p_ana")
    assert (found.channels, found.last_intent, found.outcome) == (("sms",), "balance", "solved")
    assert (found.first_at, found.last_at) == (at(0), at(1))
    kinds = [fact.kind for fact in (await store.facts_of("c_ana")).rows]
    assert sorted(kinds) == ["handoff_closed", "message_in", "reply", "reply", "turn"]
    assert {fact.id for fact in (await store.facts_of("c_ana")).rows} == {fact.id for fact in talk(ANA)}
    assert (await store.facts_of("c_ana", kinds=["turn"])).rows == (understood(ANA, 0, "balance"),)


async def test_a_repeat_adds_nothing_at_all(store: RecordsStore) -> None:
    await store.keep(talk(ANA))
    before = await everything(store)
    assert await store.keep(talk(ANA) + talk(ANA)) == Kept(already=10)
    assert await everything(store) == before


async def test_pages_of_lines_run_both_ways_and_meet(store: RecordsStore) -> None:
    await store.keep([said(ANA, n, f"line {n}") for n in range(25)])
    newest = await store.lines("c_ana", limit=10)
    middle = await store.lines("c_ana", before=newest.before, limit=10)
    oldest = await store.lines("c_ana", before=middle.before, limit=10)
    texts = [line.text for page in (oldest, middle, newest) for line in page.rows]
    assert texts == [f"line {n}" for n in range(25)]
    assert (newest.after, oldest.before) == (None, None)
    again = await store.lines("c_ana", after=oldest.after, limit=10)
    assert again.rows == middle.rows and again.before == middle.before and again.after == middle.after
    with pytest.raises(BadCursor):
        await store.lines("c_ana", before="bm9uc2Vuc2U")


async def test_lines_of_one_moment_keep_their_order_over_pages(store: RecordsStore) -> None:
    await store.keep([said(ANA, 0, "one"), *(answered(ANA, 0, f"{n}", n) for n in range(1, 8))])
    first = await store.lines("c_ana", limit=3)
    rest = await store.lines("c_ana", before=first.before, limit=5)
    assert [line.text for line in (*rest.rows, *first.rows)] == ["one", *"1234567"]


@pytest.mark.parametrize("quotes", ['"', "'", "AND", "*", "(", "NEAR(", "text:", "\x00", "--", "!!", "é'"])
async def test_a_question_is_words_never_a_query(store: RecordsStore, quotes: str) -> None:
    await store.keep(talk(ANA))
    await store.search(Question(q=f"{quotes} balance {quotes}"))


async def test_conversations_are_found_by_words_channel_time_intent_outcome_and_contact(store: RecordsStore) -> None:
    await store.keep([*talk(ANA), said(BEN, 10, "Wo ist die nächste FILIALE?"), understood(BEN, 10, "branch")])

    async def found(question: Question) -> list[str]:
        return [one.id for one in (await store.search(question)).rows]

    assert await found(Question()) == ["c_ben", "c_ana"]
    assert await found(Question(q="filiale NÄCHSTE")) == ["c_ben"]
    assert await found(Question(q="nachste")) == []
    assert await found(Question(q="balance dollars")) == []
    assert await found(Question(q="941")) == ["c_ana"]
    assert await found(Question(channel="web")) == ["c_ben"]
    assert await found(Question(intent="balance", outcome="solved", contact="p_ana")) == ["c_ana"]
    assert await found(Question(outcome="unsolved")) == []
    assert await found(Question(since=at(5))) == ["c_ben"]
    assert await found(Question(until=at(5))) == ["c_ana"]


async def test_a_list_is_paged_while_new_conversations_come(store: RecordsStore) -> None:
    await store.keep([said(About(f"c{n:02d}", f"p{n}", "web"), n, "hello") for n in range(7)])
    first = await store.search(Question(q="hello"), limit=3)
    await store.keep([said(About("c99", "p99", "web"), 99, "hello")])
    second = await store.search(Question(q="hello"), first.after, limit=3)
    third = await store.search(Question(q="hello"), second.after, limit=3)
    assert [one.id for page in (first, second, third) for one in page.rows] == ["c06", "c05", "c04", "c03", "c02", "c01", "c00"]
    assert third.after is None


async def test_of_two_intents_and_outcomes_the_later_one_stands_and_both_are_found(store: RecordsStore) -> None:
    await store.keep([understood(ANA, 5, "branch"), closed(ANA, 6, "solved")])
    await store.keep([understood(ANA, 1, "balance"), closed(ANA, 2, "unsolved")])
    [found] = (await store.search(Question(intent="balance", outcome="unsolved"))).rows
    assert (found.last_intent, found.outcome) == ("branch", "solved")


def linked(minutes: float) -> identity.IdentityLinked:
    return identity.IdentityLinked(
        link_id="l1", into="c_ana", part="c_ben", part_contact="p_ben", addresses=("web:b",), how="code"
    )


async def test_joined_conversations_are_read_as_one_and_apart_again_after_an_undo(store: RecordsStore) -> None:
    joined = fact_of(linked(5), cause="l1", at=at(5), about=ANA)
    undone = fact_of(
        identity.IdentityUndone(
            link_id="l1",
            into="c_ana",
            part="c_ben",
            linked_at=at(5),
            restored="c_new",
            part_contact="p_ben",
            addresses=("web:b",),
        ),
        cause="undo l1",
        at=at(8),
        about=About("c_new", "p_ana", "sms"),
    )
    await store.keep(
        [
            said(ANA, 1, "ana before"),
            said(BEN, 2, "ben before", address="web:b"),
            joined,
            said(ANA, 6, "ana joined"),
            said(ANA, 7, "ben joined", address="web:b"),
        ]
    )

    async def read(conversation_id: str) -> list[str]:
        return [line.text for line in (await store.lines(conversation_id)).rows]

    assert await read("c_ana") == ["ana before", "ben before", "ana joined", "ben joined"]
    assert {one.id: one.joined_into for one in await store.conversations_of("p_ana")} == {"c_ana": None, "c_ben": "c_ana"}
    later = [said(About("c_new", "p_ana", "sms"), 9, "ana alone"), said(BEN, 10, "ben alone", address="web:b")]
    await store.keep([undone, *later])
    assert await read("c_new") == ["ana before", "ana joined", "ana alone"]
    assert await read("c_ben") == ["ben before", "ben joined", "ben alone"]
    assert {one.id for one in await store.conversations_of("p_ben")} == {"c_ben"}


async def test_what_no_database_holds_as_text_is_kept_all_the_same(store: RecordsStore) -> None:
    await store.keep([said(ANA, 1, "nul \x00 half \ud800 emoji \U0001f600")])
    assert (await store.lines("c_ana")).rows[0].text == "nul \ufffd half \ufffd emoji \U0001f600"


async def test_facts_of_any_month_find_their_place(store: RecordsStore) -> None:
    ages = [said(ANA, n, "old", minutes=-60 * 24 * 31 * n) for n in range(30)]
    assert await store.keep(ages) == Kept(added=30)
    assert len((await store.facts_of("c_ana")).rows) == 30
    assert (await store.lines("c_ana")).rows[-1].at == NOW


async def test_the_last_intent_is_what_the_customer_last_wanted(store: RecordsStore) -> None:
    """A turn without an intent (an event of ours) and one that was not understood say nothing of it; the latter is found."""
    await store.keep([*talk(ANA), understood(ANA, 5, ""), understood(ANA, 6, "nlu_fallback")])
    [found] = (await store.search(Question(intent="nlu_fallback"))).rows
    assert found.last_intent == "balance"
