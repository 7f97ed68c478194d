"""What is kept of canned replies: within limits, each by its owner, every change told of and none lost to another."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from bot.ports import StoreUnavailable
from desk.canned import replies as limits
from desk.canned.replies import SHARED, CannedRefused, Draft, draft_of
from desk.canned.store import CannedReplies
from desk.words import words
from tests.desk.conftest import House
from tests.desk.fake_people import FakeClock
from tests.desk.test_desk_past import Noted

GREETING = Draft("Greeting", "Hello {customer}, this is {agent}.")
QUEUES = {"general", "cards"}


async def test_ones_own_come_first_and_those_of_other_queues_not_at_all(replies: CannedReplies) -> None:
    await replies.make(SHARED, Draft("A shared one", "For everybody"), "sue")
    await replies.make(SHARED, Draft("Only cards", "A new card", "cards"), "sue")
    await replies.make("ana", GREETING, "ana")
    await replies.make("bo", Draft("Bo's", "mine"), "bo")
    assert [one.title for one in await replies.offered("ana", "general")] == ["Greeting", "A shared one"]
    assert [one.title for one in await replies.offered("ana", "cards")] == ["Greeting", "A shared one", "Only cards"]


async def test_each_change_is_told_of_without_the_words(replies: CannedReplies, noted: Noted, clock: FakeClock) -> None:
    mine = await replies.make("ana", GREETING, "ana")
    shared = await replies.make(SHARED, Draft("Hours", "We open at nine.", "cards"), "sue")
    clock.forward(minutes=1)
    assert await replies.change(SHARED, shared.id, shared.version, Draft("Hours", "We open at ten.", "cards"), "tom")
    assert await replies.remove("ana", mine.id, "ana") and not await replies.remove("ana", mine.id, "ana")
    told = [(one.body["change"], one.body["owner"], one.body["title"], one.body["by"]) for one in noted.told]
    assert told == [
        ("made", "ana", "", "ana"),
        ("made", "", "Hours", "sue"),
        ("changed", "", "Hours", "tom"),
        ("removed", "ana", "", "ana"),
    ]
    assert len({one.id for one in noted.told}) == 4 and "nine" not in repr(noted.told) and "Hello" not in repr(noted.told)


async def test_what_cannot_be_told_of_is_not_done(replies: CannedReplies, noted: Noted, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = await replies.make("ana", GREETING, "ana")

    async def away(facts: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(noted, "append", away)
    for doing in (
        replies.make("ana", Draft("Other", "words"), "ana"),
        replies.change("ana", mine.id, mine.version, Draft("Other", "words"), "ana"),
        replies.remove("ana", mine.id, "ana"),
    ):
        with pytest.raises(StoreUnavailable):
            await doing
    assert await replies.of("ana") == [mine]


async def test_of_two_who_change_the_same_one_the_second_is_told(replies: CannedReplies) -> None:
    shared = await replies.make(SHARED, Draft("Hours", "We open at nine."), "sue")
    first, second = Draft("Hours", "Open at ten."), Draft("Hours", "Open at eleven.")
    assert await replies.change(SHARED, shared.id, shared.version, first, "sue")
    with pytest.raises(CannedRefused, match="changed this meanwhile"):
        await replies.change(SHARED, shared.id, shared.version, second, "tom")
    (kept,) = await replies.of(SHARED)
    changes = (replies.change(SHARED, kept.id, kept.version, Draft("Hours", f"Open at {n}."), "sue") for n in range(5))
    done = await asyncio.gather(*changes, return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in done) == 1
    assert {type(one) for one in done if isinstance(one, BaseException)} == {CannedRefused}


async def test_a_removed_one_does_not_come_back_by_a_late_change(replies: CannedReplies) -> None:
    shared = await replies.make(SHARED, Draft("Hours", "We open at nine."), "sue")
    await replies.remove(SHARED, shared.id, "tom")
    assert await replies.change(SHARED, shared.id, shared.version, Draft("Hours", "ten"), "sue") is None
    assert await replies.of(SHARED) == []


async def test_there_are_never_more_than_there_may_be(replies: CannedReplies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_OWN", 3)
    made = (replies.make("ana", Draft(f"n {n}", "x"), "ana") for n in range(9))
    await asyncio.gather(*made, return_exceptions=True)
    assert len(await replies.of("ana")) == 3
    with pytest.raises(CannedRefused, match="There are 3 already"):
        await replies.make("ana", GREETING, "ana")
    kept = (await replies.of("ana"))[0]
    assert await replies.change("ana", kept.id, kept.version, GREETING, "ana")


async def test_two_of_one_name_for_one_queue_are_one_too_many(replies: CannedReplies) -> None:
    mine = await replies.make("ana", GREETING, "ana")
    with pytest.raises(CannedRefused, match="of that name"):
        await replies.make("ana", Draft("GREETING", "other words"), "ana")
    assert await replies.make("ana", Draft("Greeting", "for cards", "cards"), "ana")
    assert await replies.change("ana", mine.id, mine.version, Draft("Greeting", "better words"), "ana")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": "", "text": "x"}, "title_wrong"),
        ({"title": "\u202e", "text": "x"}, "title_wrong"),
        ({"title": "t" * 61, "text": "x"}, "title_wrong"),
        ({"title": "t", "text": "  \r\n "}, "text_wrong"),
        ({"title": "t", "text": "x" * 1001}, "text_wrong"),
        ({"title": "t", "text": "x", "queue": "moon"}, "queue_wrong"),
        ({"title": "t", "text": "the card 4111 1111 1111 1111"}, "secret"),
        ({"title": "4111 1111 1111 1111", "text": "x"}, "secret"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(fields: dict[str, str], sentence: str) -> None:
    with pytest.raises(CannedRefused) as refused:
        draft_of(fields, QUEUES)
    begins = words()(f"canned.{sentence}", n="?").partition("?")[0]
    assert str(refused.value).startswith(begins)


def test_a_slip_in_a_variable_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(CannedRefused, match=r"no variable {custmer}.*{customer} {agent}"):
        draft_of({"title": "t", "text": "Hello {custmer}"}, QUEUES)
    assert draft_of({"title": " t ", "text": "Hello {customer},\r\nwelcome.", "queue": "cards"}, QUEUES) == Draft(
        "t", "Hello {customer},\nwelcome.", "cards"
    )


async def test_who_gets_the_name_of_somebody_removed_does_not_get_their_replies(house: House, replies: CannedReplies) -> None:
    await house.agent("bo", "Bo")
    await replies.make("bo", GREETING, "bo")
    await house.agents.disable("bo")
    await house.agents.enable("bo")
    assert await replies.of("bo")
    await house.agents.remove("bo")
    await house.agent("bo", "Another Bo")
    assert await replies.of("bo") == []


async def test_a_record_that_is_none_is_passed_over(replies: CannedReplies, redis: Redis) -> None:
    await replies.make("ana", GREETING, "ana")
    for number, kept in (("a", "{"), ("b", "[]"), ("c", '{"title": "t"}'), ("d", "")):
        await redis.hset("ot:desk:canned:of:ana", number, kept)
    assert [one.title for one in await replies.of("ana")] == ["Greeting"]
    assert await replies.one("ana", "a") is None
