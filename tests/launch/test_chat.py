"""The terminal chat: what is sent to Rasa for a line, and what is shown of its answer."""

from __future__ import annotations

from typing import Any

from launch.chat import Chat

ANSWER: dict[str, Any] = {
    "messages": [
        {
            "text": "Which card?",
            "buttons": [{"title": "Debit", "payload": '/inform{"card": "debit"}'}, {"title": "Credit", "payload": "/credit"}],
        },
        {"custom": {"onethread": {"do": "handoff", "reason": "asked", "queue": "cards", "tried": []}}},
        {"image": "https://bank.example/card.png"},
    ],
    "failed_actions": ["action_balance"],
}


class Rasa:
    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    async def post(self, body: dict[str, Any]) -> dict[str, Any]:
        self.bodies.append(body)
        return ANSWER


async def test_a_turn_is_shown_with_options_and_directives() -> None:
    rasa = Rasa()
    chat = Chat("sms", "possessed", "+12125550147", rasa.post)
    assert await chat.say("my card") == [
        "Which card?",
        "  1. Debit",
        "  2. Credit",
        "[handoff - reason: asked, queue: cards]",
        "[picture: https://bank.example/card.png]",
        "[the action action_balance failed]",
    ]
    body = rasa.bodies[0]
    assert body["text"] == "my card"
    assert body["metadata"] == {"channel": "sms", "proof": "possessed", "tel": "+12125550147", "contact": "chat", "code": "none"}


async def test_a_number_chooses_an_option_that_was_shown() -> None:
    rasa = Rasa()
    chat = Chat("web", "claimed", None, rasa.post)
    for line in ("1", "2", "3", "1234"):
        await chat.say(line)
    said = [body.get("payload") or body["text"] for body in rasa.bodies]
    assert said == ["1", "/credit", "3", "1234"]
    assert len({body["conversation"] for body in rasa.bodies}) == 1
    assert len({body["message_id"] for body in rasa.bodies}) == 4


async def test_a_call_is_greeted_and_other_channels_are_not() -> None:
    rasa = Rasa()
    assert await Chat("web", "claimed", None, rasa.post).greet() == []
    await Chat("voice", "claimed", None, rasa.post).greet()
    assert [body["payload"] for body in rasa.bodies] == ["/call_started"]
