"""The gateway's message, read strictly."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.rasa_side.tracker.wire import MAX_TEXT, BadMessage, Message, read_message

GOOD = {"conversation": "c_1", "message_id": "sms:SM1", "text": "hi"}


def test_words() -> None:
    assert read_message(json.dumps({**GOOD, "metadata": {"tel": None}}).encode()) == Message(
        "c_1", "sms:SM1", text="hi", metadata={"tel": None}
    )


def test_a_payload() -> None:
    body = {"conversation": "c_1", "message_id": "1", "payload": '/handoff_closed{"outcome": "solved {ok}"}'}
    message = read_message(json.dumps(body).encode())
    assert (message.intent, message.payload, message.text) == ("handoff_closed", body["payload"], None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": 1}, "text: a text is needed"),
        ({"text": " "}, "text: a text is needed"),
        ({"text": "x" * (MAX_TEXT + 1)}, "text: longer than"),
        ({"message_id": ""}, "message_id: a text is needed"),
        ({"message_id": None}, "message_id: a text is needed"),
        ({"message_id": "x" * 201}, "message_id: longer"),
        ({"conversation": "a b"}, "conversation: letters"),
        ({"conversation": "a\n"}, "conversation: letters"),
        ({"metadata": []}, "metadata: an object"),
        ({"payload": "/greet"}, "exactly one"),
        ({"extra": 1}, "unknown field 'extra'"),
    ],
)
def test_a_bad_message(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadMessage, match=sentence.replace("(", r"\(")):
        read_message(json.dumps({**GOOD, **change}).encode())


@pytest.mark.parametrize(
    "payload", ["greet", "/", "/greet now", "/greet{", "/greet{'a': 1}", "/greet[1]", '/greet{"a": 1} x', "/greet\n"]
)
def test_a_bad_payload(payload: str) -> None:
    with pytest.raises(BadMessage, match="payload"):
        read_message(json.dumps({"conversation": "c", "message_id": "1", "payload": payload}).encode())
