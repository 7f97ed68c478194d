"""The packet in words, for a desk that shows an agent nothing but text. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LINES = 40
"""Of the transcript, the newest."""
LONGEST = 8000
"""Characters; desks take more, and nobody reads them."""
NOT_PROVED, PROOFS = "not verified", {"possessed": "phone verified", "proven": "PIN verified"}
WHO = {"customer": "Customer", "bot": "Assistant", "agent": "Agent", "notice": "Notice"}


def plain_text(packet: Mapping[str, Any]) -> str:
    """One section for what is known; nothing is said of what is not."""
    sections = [
        _summary(packet),
        _list("Known already, do not ask again", [_slot(one) for one in packet.get("slots", ())]),
        _list("Tried, and did not work", packet.get("tried_and_failed", ())),
        _list("Promised", [_promise(one) for one in packet.get("promises", ())]),
        _list("Mood", [f"{one['at'][11:16]} {one['evidence']}" for one in packet.get("mood", ())]),
        _list("Earlier", [_earlier(one) for one in packet.get("earlier_handoffs", ())]),
        _list("What was said (UTC)", [_line(one) for one in packet.get("transcript", ())[-LINES:]]),
    ]
    text = "\n\n".join(one for one in sections if one)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _summary(packet: Mapping[str, Any]) -> str:
    return "\n".join(_head(packet))


def _head(packet: Mapping[str, Any]) -> Iterator[str]:
    who, handoff = packet.get("customer", {}), packet.get("handoff", {})
    proof = PROOFS.get(who.get("proof", ""), NOT_PROVED)
    yield f"{who.get('name', 'A customer')} ({proof}) asks for a person, by {handoff.get('channel', 'message')}."
    yield from packet.get("summary", {}).get("lines", ())
    if language := who.get("language"):
        yield f"Language: {language}"
    if intent := packet.get("intent"):
        sure = intent.get("confidence")
        yield f"The assistant understood: {intent['name']}" + (f" ({sure:.0%} sure)" if sure is not None else "")
    if step := packet.get("next_step"):
        yield f"Next: {step['text']}"


def _list(title: str, items: Sequence[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {item}" for item in items)]) if items else ""


def _slot(one: Mapping[str, Any]) -> str:
    return f"{one.get('label', one['name'])}: {one['value']}" + (f" ({one['channel']})" if "channel" in one else "")


def _promise(one: Mapping[str, Any]) -> str:
    if one["what"] == "answer":
        return f"an answer by {one['by'][11:16]} UTC"
    return f"a call back at {one['number']}"


def _earlier(one: Mapping[str, Any]) -> str:
    told = [one["opened_at"][:10], one.get("reason", ""), one.get("outcome", ""), one.get("agreed", "")]
    return ", ".join(part for part in told if part)


def _line(one: Mapping[str, Any]) -> str:
    marks = [word for word in ("masked", "interrupted") if one.get(word)]
    how = " ".join([one.get("channel", ""), "heard" if one.get("how") == "heard" else "", *marks]).split()
    return f"{one['at'][11:16]} {WHO[one['author']]} ({', '.join(how)}): {one['text']}"
