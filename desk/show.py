"""What the templates need, made from the core's values. Pure: no I/O, no HTML."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.model import (
    Address,
    AddressKind,
    Author,
    Call,
    ChannelName,
    Contact,
    Handoff,
    Kind,
    Proof,
    TranscriptLine,
)
from bot.ports import Doubt, HandoffView
from connectors.delivery_reasons import why
from desk.words import words
from desk.words.facts import FactWords

CHANNELS = {
    ChannelName.WEB: "Web chat",
    ChannelName.MESSENGER: "Messenger",
    ChannelName.SMS: "SMS",
    ChannelName.VOICE: "Phone call",
}
KINDS = {AddressKind.TEL: "Phone", AddressKind.MESSENGER: "Messenger", AddressKind.WEB: "Web chat"}
NO_WORDS = "A message of ours (a code, a link or a notice)"
MARKS: dict[str, str] = {
    Kind.REACTION: "Reaction",
    Kind.EDIT: "Edited: these words replace an earlier message",
    Kind.AUTOMATIC: "Automatic answer",
    Kind.TOO_LONG: "Longer than the assistant reads",
}
LANGUAGES = {
    "de": "German", "es": "Spanish", "fr": "French", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch",
    "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "tl": "Tagalog", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip

SAY = words()


class Said(Protocol):
    """Lines, and which of them did not arrive."""

    @property
    def transcript(self) -> Sequence[TranscriptLine]: ...
    @property
    def doubts(self) -> Sequence[Doubt]: ...


@dataclass(frozen=True, slots=True)
class Customer:
    """Who it is: ``called`` by ``name``, else by ``number``, else by where they are."""

    called: str
    name: str
    number: str
    proof: Proof


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript. ``key`` stays the same as long as the line does."""

    key: str
    said: TranscriptLine
    author: str
    doubt: str
    """What became of it, when it did not arrive or may not have; else empty."""
    mark: str = ""
    """What it is, where it is no plain words."""
    kind: str = ""
    """``note``: words among colleagues (``desk.life.notes``); empty: by its author."""


@dataclass(frozen=True, slots=True)
class Day:
    """The lines of one (UTC) day; the page's script regroups them by the agent's own day."""

    date: datetime
    lines: tuple[Line, ...]


def agents_in(view: HandoffView) -> set[str]:
    """The usernames a conversation mentions."""
    tried = (one.agent for one in view.handoff.tries)
    return {name for name in (view.handoff.agent, *tried) if name} | agents_in_lines(view.transcript)


def agents_in_lines(lines: Sequence[TranscriptLine]) -> set[str]:
    """The usernames among who said them."""
    return {line.agent for line in lines if line.agent}


def days(view: Said, names: Mapping[str, str], customer: str = "") -> list[Day]:
    """The transcript with its days separated; ``customer``: the customer's name, where it is known."""
    seen: Counter[str] = Counter()
    grouped: list[tuple[datetime, list[Line]]] = []
    for said, doubt in marked(view):
        line = _line(said, _author(said, names, customer), doubt, seen)
        if not grouped or grouped[-1][0].date() != said.at.date():
            grouped.append((said.at, []))
        grouped[-1][1].append(line)
    return [Day(date, tuple(lines)) for date, lines in grouped]


def marked(view: Said) -> list[tuple[TranscriptLine, str]]:
    """The lines, each with what became of it when it did not arrive.

    A doubt belongs to the line with its words that is nearest in time. One that has no line here (a code, a notice) gets one of
    its own, without its words.
    """
    doubts: dict[int, str] = {}
    own: list[tuple[TranscriptLine, str]] = []
    for doubt in view.doubts:
        place = _place(doubt, view.transcript, doubts)
        if place is None:
            own.append((TranscriptLine(doubt.message.created_at, Author.NOTICE, doubt.message.channel, NO_WORDS), why(doubt)))
        else:
            doubts[place] = why(doubt)
    lines = [(said, doubts.get(place, "")) for place, said in enumerate(view.transcript)]
    return sorted([*lines, *own], key=lambda pair: pair[0].at) if own else lines


def doubtful(view: Said) -> list[tuple[TranscriptLine, str]]:
    """Those alone that did not arrive, or may not have."""
    return [(said, reason) for said, reason in marked(view) if reason]


def _place(doubt: Doubt, lines: Sequence[TranscriptLine], taken: Mapping[int, str]) -> int | None:
    sent, said_by = doubt.message.reply.text, (doubt.message.author, doubt.message.channel)
    same = [n for n, one in enumerate(lines) if n not in taken and (one.author, one.channel) == said_by and one.text == sent]
    return min(same, key=lambda n: abs(lines[n].at - doubt.message.created_at), default=None)


def _author(said: TranscriptLine, names: Mapping[str, str], customer: str) -> str:
    own = names.get(said.agent or "", said.agent) if said.author is Author.AGENT else None
    return own or (said.author is Author.CUSTOMER and customer) or SAY(f"author.{said.author}")


def _line(said: TranscriptLine, author: str, doubt: str, seen: Counter[str]) -> Line:
    content = f"{said.at.isoformat()}|{said.author}|{said.channel}|{said.text}"
    key = hashlib.sha256(content.encode()).hexdigest()[:16]
    seen[key] += 1
    return Line(f"{key}-{seen[key]}", said, author, doubt, MARKS.get(said.kind, ""))


def waited(seconds: float) -> str:
    """``0:45``, ``12:03``, ``1:02:45``; the page's script counts on in the same form."""
    whole = max(0, int(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def slot_value(value: Any) -> str:
    """A slot's value for reading."""
    if isinstance(value, bool):
        return SAY("fact.yes" if value else "fact.no")
    if isinstance(value, list | tuple):
        return ", ".join(slot_value(item) for item in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def language(code: str) -> str:
    """The English name of a language, for agents; its two letters where there is none here."""
    return LANGUAGES.get(code, code)


def caller_id(call: Call) -> str:
    """What the phone company says of the number that a call comes from, and what it was taken for. Never a proof."""
    passed, _, level = call.attestation.removeprefix("TN-Validation-").partition("-")
    known = {"Passed": level[:1], "Failed": f" {level[:1]}" if level else ""}
    said = SAY(f"caller_id.{passed}", level=known[passed]) if passed in known else SAY("caller_id.none")
    return f"{said}; {SAY('caller_id.own' if call.caller.is_number else 'caller_id.withheld')}"


def address(value: Address) -> str:
    """An address for reading; the random ids of browsers and pages are shortened, and calls without a number have words."""
    if value.kind is AddressKind.TEL and not value.value.startswith("+"):
        return SAY("address.joined" if value.value.startswith("joined-") else "address.withheld")
    return value.value if value.kind is AddressKind.TEL or len(value.value) <= 14 else f"{value.value[:12]}\u2026"


def goes_to(channel: ChannelName | None, *, call: bool) -> str:
    """Where a reply goes, as the composer says it."""
    if channel is None:
        return "no channel to reach the customer on"
    if channel is ChannelName.VOICE:
        return "goes to the phone call, spoken" if call else "goes to the phone, spoken"
    return f"goes to {CHANNELS[channel]}"


def customer(view: HandoffView, facts: FactWords) -> Customer:
    """Who it is, as agents call them: by name, else by number, else by where they are."""
    name = facts.name_in(view.slots) or facts.name_in(view.handoff.packet.slots)
    return called(name, view.contact, view.handoff)


def called(name: str, contact: Contact | None, handoff: Handoff) -> Customer:
    """The name or number, and how sure it is: the level of where they wrote last, or what they had when they asked."""
    tel, last = contact.tel if contact else None, contact.last_address if contact else None
    number = tel.value if tel and tel.is_number else ""
    proof = max(handoff.packet.proof, contact.proof_of(last) if contact and last else handoff.packet.proof)
    return Customer(name or number or SAY(f"who.{handoff.channel}"), name, number, proof)
