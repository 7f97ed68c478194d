"""What a resting conversation's next turn reads: in few bytes, and the same to whoever reads it."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.redis_store.compact.packing import NEWER, TURNS, pack, unpack
from bot.redis_store.compact.packing_words import WORDS

Event = dict[str, Any]
PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from([0.0, -0.0, 0.93, 1.0, 1e300]) | st.text(max_size=4)
NAMES = st.sampled_from(["name", "value", "metadata", "text", ""])
JSON = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(NAMES, PLAIN | st.dictionaries(NAMES, PLAIN, max_size=2), max_size=3)
MOMENTS = st.integers(0, 4_000_000_000_000).map(lambda milliseconds: milliseconds / 1000)
FIELDS = st.dictionaries(NAMES, JSON, max_size=4)
EVENTS = st.lists(
    st.builds(
        lambda kind, at, fields: {"event": kind, "timestamp": at, **fields}, st.sampled_from(["slot", "action"]), MOMENTS, FIELDS
    ),
    max_size=5,
)


def dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def read(packed: bytes) -> tuple[Any, list[Event]]:
    window, since = unpack(packed)
    return (json.loads(window) if window else None), [json.loads(one) for one in since]


def turn(n: int) -> list[Event]:
    """A message and its answer, as Rasa tells them."""
    about = {"channel": "sms", "place": "c1", "shown": f"line {n}"}
    ours = {"model_id": "m1", "assistant_id": "bank"}
    parsed = {
        "intent": {"name": "greet", "confidence": 0.93046},
        "entities": [],
        "text": f"line {n}",
        "metadata": about,
        "text_tokens": [[0, 4]],
        "intent_ranking": [{"name": "greet", "confidence": 0.93046}, {"name": "help", "confidence": 0.0112}],
    }
    at = 1_790_000_000.0 + n
    user = {"event": "user", "timestamp": at, "metadata": {**about, **ours}, "text": f"line {n}", "parse_data": parsed}
    acts = {"event": "action", "timestamp": at + 0.25, "metadata": ours, "name": "action_greet", "hide_rule_turn": True}
    says = {"event": "bot", "timestamp": at + 0.25, "metadata": {"utter_action": "utter_greet", **ours}, "text": f"answer {n}"}
    return [user, acts, says]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(window=st.none() | EVENTS, since=EVENTS)
def test_events_are_what_they_were(window: list[Event] | None, since: list[Event]) -> None:
    packed = pack(b"" if window is None else dumped(window), [dumped(one) for one in since])
    assert json.dumps(read(packed), sort_keys=True) == json.dumps((window, since), sort_keys=True)


def test_the_last_turns_are_as_they_were_but_for_what_was_looked_at_only_then() -> None:
    turns = [event for n in range(6) for event in turn(n)]
    window, since = read(pack(dumped(turns[:9]), [dumped(one) for one in turns[9:]]))
    for event in turns:
        for name in ("text_tokens", "intent_ranking"):
            event.get("parse_data", {}).pop(name, None)
    before = [event for event in turns[:9] if event["event"] != "bot"]
    assert (window, since) == (before, turns[9:])
    assert sum(event["event"] == "bot" for event in since) == TURNS


def test_a_conversation_takes_an_eighth_of_what_it_took() -> None:
    turns = [dumped(event) for n in range(10) for event in turn(n)]
    assert len(pack(b"", turns)) * 8 < len(b"\n".join(turns))


def test_the_older_form_is_read() -> None:
    window, since = b'[{"event": "user"}]', [b'{"b": 1}', b'{"c": 2}']
    assert unpack(zlib.compress(b"\n".join([window, *since]), 9)) == (window, since)


@pytest.mark.parametrize(
    "window", [b"{}", b"[1]", b'[{"event":"slot"}]', b'[{"event":"slot","timestamp":1790000000}]', b"[null]"]
)
def test_what_is_no_list_of_events_is_kept_as_it_is(window: bytes) -> None:
    packed = pack(window, [b'{"a": 1}'])
    assert unpack(packed) == (window, [b'{"a": 1}'])
    assert not packed.startswith(NEWER)


def test_the_words_that_all_share_are_never_changed() -> None:
    assert (len(WORDS), zlib.crc32(WORDS)) == (4697, 737478922)


def test_what_was_packed_with_other_words_is_refused_and_not_misread() -> None:
    squeezed = zlib.compressobj(9, zdict=b"other words")
    with pytest.raises(ValueError, match="packed"):
        unpack(NEWER + squeezed.compress(b"[-1]") + squeezed.flush())
