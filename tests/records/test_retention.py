"""Words go when their time has come, figures stay; one person can be taken out, or be given all that is kept of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.model.retention import RetentionError, Rules
from records.facts import About, Fact, decode, encode, fact_of
from records.facts.audit import TranscriptRead
from records.facts.identity import IdentityLinked, OptOut
from records.facts.people import RecordingMade
from records.sql import Deleted, Question, RecordsStore
from records.sql.engine import reading
from records.sql.retention import purge as purging
from tests.records.stories import ANA, BEN, KEY, answered, at, everything, said, talk, understood

RULES = Rules()
DAY = 24 * 60


def old(days: float) -> list[Fact]:
    return [said(ANA, n, f"secret {n}", minutes=-days * DAY + n) for n in range(3)]


def recorded(sid: str, days: float) -> Fact:
    return fact_of(RecordingMade(recording=sid, seconds=61), cause=sid, at=at(-days * DAY), about=ANA, key=KEY)


async def dump(store: RecordsStore) -> str:
    """Everything that any table holds, the full-text index too."""
    found = json.dumps(await everything(store), default=str)
    if store.engine.dialect.name == "sqlite":
        async with reading(store.engine) as connection:
            blocks = (await connection.execute(text("SELECT block FROM lines_words_data"))).scalars()
            found += "".join(block.decode("latin-1") for block in blocks)
    return found


async def test_words_go_after_their_days_and_what_was_counted_stays(store: RecordsStore) -> None:
    await store.keep([*old(401), understood(About("c_ana", "p_ana", "sms"), -401 * DAY, "balance"), *talk(BEN)])
    deleted = await store.purge(RULES)
    assert deleted == Deleted({"message_in": 3, "turn": 1}, {}, 3)
    kept = sorted((await store.facts_of("c_ana")).rows, key=lambda fact: fact.kind, reverse=True)
    assert [fact.kind for fact in kept] == ["turn", *["message_in"] * 3]
    assert all(fact.contact is None and fact.pseudonym == said(ANA, 1, "").pseudonym for fact in kept)
    assert kept[0].body["intent"] == "balance" and "text" not in kept[1].body and kept[1].body["form"] == "words"
    assert "secret" not in await dump(store) and "p_ana" not in await dump(store)
    assert len((await store.lines("c_ben")).rows) == 3 and (await store.conversations_of("p_ben")) != []
    assert (await store.search(Question(q="secret"))).rows == ()


async def test_what_was_deleted_is_written_down_and_a_second_night_finds_nothing(store: RecordsStore) -> None:
    await store.keep([*old(500), *old(399)])
    await store.purge(RULES)
    before = await everything(store)
    notes = [row for row in before["facts"] if "deleted" in row]
    assert len(notes) == 2 and {"lines", "stripped"} < set(notes[0][9])
    assert not await store.purge(RULES)
    assert await everything(store) == before


async def test_a_great_deal_goes_in_chunks_and_each_says_so(store: RecordsStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "CHUNK", 4)
    await store.keep([said(ANA, n, "x", minutes=-500 * DAY + n // 2) for n in range(20)])
    assert await store.purge(RULES) == Deleted({"message_in": 20}, {}, 20)
    told = [row for row in (await everything(store))["facts"] if "deleted" in row]
    assert len(told) > 8


async def test_audit_and_proof_go_whole_after_seven_years(store: RecordsStore) -> None:
    reads = [
        fact_of(TranscriptRead(reader="bo", where="desk"), cause=f"r{days}", at=at(-days * DAY), about=ANA, key=KEY)
        for days in (2600, 2500)
    ]
    stop = fact_of(OptOut(address="tel:+12125550147", words="STOP"), cause="s", at=at(-2600 * DAY), about=ANA, key=KEY)
    await store.keep([*reads, stop])
    assert await store.purge(RULES) == Deleted({}, {"transcript_read": 1, "opt_out": 1}, 0)
    assert (await store.facts_of("c_ana")).rows == (reads[1],)


async def test_a_recording_is_forgotten_only_when_the_vendor_has_deleted_it(store: RecordsStore) -> None:
    await store.keep([recorded("RE1", 91), recorded("RE2", 95), recorded("RE3", 89)])
    assert await store.recordings_due(RULES) == ["RE2", "RE1"]
    assert await store.purge(RULES) == Deleted()
    assert await store.purge(RULES, recordings_gone=["RE1", "RE3"]) == Deleted({"recording_made": 1})
    assert await store.recordings_due(RULES) == ["RE2"]
    assert await store.recordings_of(["p_ana"]) == ["RE2", "RE3"]


async def test_one_person_is_taken_out_of_every_table_and_the_others_stay(store: RecordsStore) -> None:
    joined = IdentityLinked(link_id="l", into="c_ben", part="c_ana", part_contact="p_ana", addresses=("tel:+12125550147",))
    stop = OptOut(address="tel:+12125550147", words="leave me alone")
    await store.keep(
        [
            *talk(ANA),
            said(BEN, 9, "ben was here", address="web:b"),
            fact_of(joined, cause="l", at=at(3), about=BEN, key=KEY),
            fact_of(stop, cause="s", at=at(4), about=ANA, key=KEY),
            fact_of(TranscriptRead(reader="bo", where="desk"), cause="r", at=at(5), about=ANA, key=KEY),
        ]
    )
    unread = encode(said(ANA, 77, "from the future")).replace(b'"version":1', b'"version":9')
    await store.keep([decode(unread)])
    deleted = await store.erase(["p_ana"])
    assert (deleted.lines, deleted.removed, sum(deleted.stripped.values())) == (3, {"aside": 1}, 7)
    found = await dump(store)
    assert [trace for trace in ("p_ana", "+12125550147", "leave", "941", "new card", "future") if trace in found] == []
    assert str(said(ANA, 1, "").pseudonym) not in found
    assert [line.text for line in (await store.lines("c_ben")).rows] == ["ben was here"]
    counted = [fact.kind for fact in (await store.facts_of("c_ana")).rows]
    assert "turn" in counted and "transcript_read" in counted
    assert len({fact.pseudonym for fact in (await store.facts_of("c_ana")).rows}) == 1


async def test_facts_on_their_way_lose_the_person_too(store: RecordsStore) -> None:
    await store.keep(talk(ANA))
    await store.erase(["p_ana"])
    late = [said(ANA, 5, "a late secret"), *talk(ANA)]
    assert (await store.keep(late)).added == 1
    assert "secret" not in await dump(store) and "p_ana" not in await dump(store)
    assert not (await store.erase(["p_ana"])).stripped


async def test_a_person_gets_all_that_is_kept_of_them_and_nothing_of_others(store: RecordsStore) -> None:
    await store.keep([*talk(ANA), *talk(BEN, 50), said(BEN, 60, "ben's own")])
    found = json.loads(json.dumps(await store.subject(["p_ana"])))
    assert [line["text"] for line in found["lines"]] == ["what is my balance", "You have 941 dollars", "Anything else?"]
    assert {fact["conversation_id"] for fact in found["facts"]} == {"c_ana"} and len(found["facts"]) == 5
    assert [one["id"] for one in found["conversations"]] == ["c_ana"]
    assert "ben" not in json.dumps(found)


def test_the_rules_that_are_shipped_are_the_defaults() -> None:
    assert Rules.from_domain(Path("domain")) == Rules() == Rules.from_domain(Path("nowhere"))


GOOD = {"words": "400 days", "recordings": "12 weeks", "audit": "7 years", "proof": "for ever", "figures": "for ever"}


def test_spans_are_days_weeks_years_or_for_ever() -> None:
    rules = Rules.from_mapping(GOOD)
    assert (rules.recordings, rules.audit, rules.proof) == (timedelta(days=84), timedelta(days=2557), None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"wrods": "1 day"}, "has 'wrods'"),
        ({"words": None}, "words: None is no span"),
        ({"words": 400}, "words: 400 is no span"),
        ({"words": "0 days"}, "is no span"),
        ({"words": "99999 years"}, "is no span"),
        ({"audit": "seven years"}, "audit: 'seven years' is no span"),
        ({"figures": "1 year"}, "figures name nobody"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_told(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(RetentionError, match=sentence):
        Rules.from_mapping(GOOD | change)


@pytest.mark.parametrize("content", ["- a", "retention: 5", "a: [", "\x00", ""])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "_retention.yml").write_text(content)
    with pytest.raises(RetentionError, match=r"_retention\.yml"):
        Rules.from_domain(tmp_path)


async def test_replies_name_no_contact_and_go_with_whom_they_were_for(store: RecordsStore) -> None:
    nobody = About("c_ana", None, "sms")
    await store.keep([said(ANA, 1, "my secret"), answered(nobody, 1, "your secret"), said(BEN, 2, "hello", address="web:b")])
    found = await store.subject(["p_ana"])
    assert [line["text"] for line in found["lines"]] == ["my secret", "your secret"]
    assert (await store.erase(["p_ana"])).lines == 2
    await store.keep([answered(nobody, 9, "a late secret")])
    assert "secret" not in await dump(store) and "+12125550147" not in await dump(store)
    assert len((await store.lines("c_ben")).rows) == 1


async def test_what_was_said_while_joined_goes_with_the_one_who_said_it(store: RecordsStore) -> None:
    joined = IdentityLinked(link_id="l", into="c_ana", part="c_ben", part_contact="p_ben", addresses=("web:b",))
    nobody = About("c_ana", None, "web")
    to_ben = replace(answered(nobody, 5, "for ben"), body={**answered(nobody, 5, "for ben").body, "address": "web:b"})
    await store.keep(
        [
            said(ANA, 1, "ana before"),
            fact_of(joined, cause="l", at=at(3), about=ANA, key=KEY),
            said(ANA, 4, "ana joined"),
            said(ANA, 5, "ben joined", address="web:b"),
            to_ben,
            answered(nobody, 4, "for ana"),
        ]
    )
    found = await store.subject(["p_ben"])
    assert [line["text"] for line in found["lines"]] == ["ben joined", "for ben"] and found["conversations"] == []
    await store.erase(["p_ben"])
    assert [line.text for line in (await store.lines("c_ana")).rows] == ["ana before", "ana joined", "for ana"]
    text = await dump(store)
    assert [trace for trace in ("p_ben", "web:b", "ben joined", "for ben") if trace in text] == []
