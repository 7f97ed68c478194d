"""Events into what an agent reads: an answer that was cut short ends where the caller cut it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.model import Author, ChannelName
from bot.ports import DialogueTurn
from bot.transcript import lines as transcript

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def user(text: str, **metadata: Any) -> dict[str, Any]:
    return {"event": "user", "text": text, "message_id": text, "metadata": {"channel": "voice", **metadata}}


def bot(text: str, **metadata: Any) -> dict[str, Any]:
    return {"event": "bot", "text": text, "data": {}, "metadata": metadata}


def heard(text: str) -> dict[str, Any]:
    return transcript.heard_event(text, ChannelName.VOICE, AT)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([user("branches"), bot("We have two branches: Elm and Oak.")], ["branches", "We have two branches: Elm and Oak."]),
        ([user("branches"), bot("We have two."), heard("We have")], ["branches", "We have…"]),
        ([user("branches"), bot("One."), bot("Two."), bot("Three?"), heard("One. Tw")], ["branches", "One. Tw…"]),
        ([user("branches"), bot("We have two."), heard("")], ["branches", "…"]),
        ([user("a"), bot("One."), user("b"), bot("Two three."), heard("Two"), user("c")], ["a", "One.", "b", "Two…", "c"]),
        ([user("/call_started", event_of_ours=True), bot("Welcome to the bank."), heard("Welcome")], ["Welcome…"]),
        ([user("x"), bot("Joined.", author="notice"), bot("Say on."), heard("Say")], ["x", "Joined.", "Say…"]),
        ([user("x"), heard("nothing was said")], ["x"]),
        ([heard("before anything")], []),
    ],
)
def test_what_the_caller_heard(events: list[dict[str, Any]], expected: list[str]) -> None:
    assert [line.text for line in transcript.lines(events)] == expected


def test_a_mark_is_the_assistants_own_and_changes_no_turn() -> None:
    events = [user("branches"), bot("We have two."), heard("We")]
    assert [line.author for line in transcript.lines(events)] == [Author.CUSTOMER, Author.BOT]
    turn = transcript.turn_of(events, "branches")
    assert isinstance(turn, DialogueTurn) and [reply.text for reply in turn.replies] == ["We have two."]
