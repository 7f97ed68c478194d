"""The packet in words, for a desk that shows an agent nothing but text. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LINES = 40
"""Of the transcript, the newest."""
LONGEST = 8000
"""Characters; desks take more, and nobody reads them."""
NOT_PROVED, PROOFS = "not verified", {"possessed": "phone verified", "proven": "PIN verified"}
BETWEEN = "\n\n"
WHO = {"customer": "Customer", "bot": "Assistant", "agent": "Agent", "notice": "Notice"}


def plain_text(packet: Mapping[str, Any]) -> str:
    """One section for what is known; nothing is said of what is not. Each value is one line, so that none looks like another
    section. What is too long loses the oldest of what was said first."""
    said = _list("What was said (UTC)", [_line(one) for one in packet.get("transcript", ())[-LINES:]])
    known = BETWEEN.join(one for one in _known(packet) if one)
    if len(known) + len(BETWEEN) + len(said) <= LONGEST:
        return BETWEEN.join(one for one in (known, said) if one)
    room = LONGEST - len(BETWEEN) - min(len(said), LONGEST // 2)
    known = known if len(known) <= room else f"{known[: room - 1]}…"
    return BETWEEN.join(one for one in (known, _newest(said, LONGEST - len(BETWEEN) - len(known))) if one)


def _newest(said: str, room: int) -> str:
    """Without the oldest; the title stays."""
    title, _, lines = said.partition("\n")
    start = f"{title}\n…"
    return f"{start}{lines[len(start) - room :]}" if len(said) > room else said


def _known(packet: Mapping[str, Any]) -> list[str]:
    return [
        _summary(packet),
        _list("Known already, do not ask again", [_slot(one) for one in packet.get("slots", ())]),
        _list("Tried, and did not work", packet.get("tried_and_failed", ())),
        _list("Promised", [_promise(one) for one in packet.get("promises", ())]),
        _list("Mood", [f"{one['at'][11:16]} {one['evidence']}" for one in packet.get("mood", ())]),
        _list("Earlier", [_earlier(one) for one in packet.get("earlier_handoffs", ())]),
    ]


def _summary(packet: Mapping[str, Any]) -> str:
    return "\n".join(_folded(line) for line in _head(packet))


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
    return "\n".join([f"{title}:", *(f"- {_folded(item)}" for item in items)]) if items else ""


def _folded(text: str) -> str:
    return " ".join(text.split())


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
