"""Facts: ids that follow from causes, schemas that are checked, and nothing unreadable that is lost."""

from __future__ import annotations

import json
from dataclasses import dataclass, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.facts import KINDS, Aside, Fact, Register, Retention, decode, encode, fact_id, fact_of, pseudonym
from records.facts.audit import DeletedFact
from records.facts.fact import EARLIEST, LATEST
from records.facts.kinds import Personal
from records.facts.talk import MessageIn, SlotSet
from tests.records.stories import ANA, KEY, NOW, said


def test_the_id_follows_from_the_cause_alone() -> None:
    first, again = said(ANA, 1, "hello"), said(ANA, 1, "hello")
    assert first == again
    assert fact_id("m1", "reply", 1) != fact_id("m1", "reply", 2) != fact_id("m1", "turn", 2)


def test_a_pseudonym_tells_contacts_apart_and_names_nobody_without_the_key() -> None:
    assert pseudonym("p_ana", KEY) == pseudonym("p_ana", KEY) != pseudonym("p_ben", KEY)
    assert pseudonym("p_ana", b"another key") != pseudonym("p_ana", KEY)
    assert said(ANA, 1, "x").pseudonym == pseudonym("p_ana", KEY)


def test_times_are_kept_in_utc_and_need_their_zone() -> None:
    body = MessageIn(message_id="m")
    east = datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert fact_of(body, cause="m", at=east).at == datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="zone"):
        fact_of(body, cause="m", at=NOW.replace(tzinfo=None))


def test_every_kind_says_what_it_is_and_what_is_personal() -> None:
    for kind in KINDS.values():
        assert is_dataclass(kind.schema) and len(kind.description) > 20, kind.name
        assert set(kind.personal) <= set(kind.fields)
        if kind.retention in (Retention.WORDS, Retention.RECORDINGS):
            assert kind.personal, f"{kind.name} is kept as words and has none"
        if kind.retention in (Retention.FIGURES, Retention.AUDIT):
            assert not kind.personal, f"{kind.name} would keep words as long as figures"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    JSON_VALUES,
    st.text(max_size=40),
    st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None) - timedelta(microseconds=1)),
)
def test_a_fact_comes_out_of_the_stream_as_it_went_in(value: Any, words: str, moment: datetime) -> None:
    fact = fact_of(SlotSet(slot="city", value=value, words=words), cause="m1", at=moment.replace(tzinfo=UTC), about=ANA, key=KEY)
    assert decode(encode(fact)) == fact


def changed(**fields: Any) -> bytes:
    return json.dumps({**json.loads(encode(said(ANA, 1, "secret words"))), **fields}).encode()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (changed(kind="dream"), "this version knows no kind of fact 'dream'"),
        (changed(version=2), "message_in has version 2; this code knows 1"),
        (changed(body={"message_id": "m", "mood": "secret words"}), "the body of message_in does not fit: mood"),
        (changed(at="2026-01-01T00:00:00"), "the envelope does not fit: at"),
        (changed(at="1970-01-01T00:00:00Z"), "the envelope does not fit: at"),
        (changed(conversation_id="x" * 3000), "the envelope does not fit: conversation_id"),
        (changed(body=[]), "the envelope does not fit: body"),
        (b"", "the envelope does not fit"),
        (b"\xff\x00", "the envelope does not fit"),
        (b"[" * 5000, "the envelope does not fit"),
        (b"null", "the envelope does not fit"),
    ],
)
def test_what_is_no_fact_that_is_known_comes_back_whole_and_named(raw: bytes, why: str) -> None:
    found = decode(raw)
    assert isinstance(found, Aside) and found.raw == raw
    assert found.why.startswith(why) and "secret" not in found.why
    assert found.id == decode(raw).id


@given(st.binary(max_size=200) | st.dictionaries(st.text(max_size=9), JSON_VALUES).map(lambda d: json.dumps(d).encode()))
def test_no_bytes_are_an_error(raw: bytes) -> None:
    assert isinstance(decode(raw), Fact | Aside)


def test_what_was_deleted_is_told_by_kind() -> None:
    body = DeletedFact(why="words", stripped={"message_in": 3}, lines=3, before=NOW)
    assert fact_of(body, cause="purge", at=NOW).body["stripped"] == {"message_in": 3}


def test_an_older_version_is_still_read_and_what_was_personal_in_it_stays_personal() -> None:
    register = Register()

    @register.add("mood", Retention.WORDS, version=2)
    @dataclass(frozen=True, slots=True)
    class Mood:
        """How a customer felt."""

        score: int
        words: Personal[str] = ""

    @register.add("mood", Retention.WORDS, version=1)
    @dataclass(frozen=True, slots=True)
    class MoodBefore:
        """How a customer felt, as it was written at first."""

        sentence: Personal[str]

    assert register.kinds["mood"].version == 2 and set(register.kinds["mood"].personal) == {"words", "sentence"}
    old, new = register.version("mood", 1), register.of(Mood(1))
    assert old is not None and old.schema is MoodBefore and new.version == 2 and register.version("mood", 3) is None
    with pytest.raises(ValueError, match="two schemas of mood, version 2"):
        register.add("mood", Retention.WORDS, version=2)(Mood)


def test_half_a_character_in_json_costs_that_character_alone() -> None:
    raw = json.dumps(json.loads(encode(said(ANA, 1, "hello X"))), ensure_ascii=True).replace("X", "\\ud83d").encode()
    found = decode(raw)
    assert isinstance(found, Fact) and found.body["text"] == "hello \ufffd"
