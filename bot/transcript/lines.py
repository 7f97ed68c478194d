"""Tracker events into what an agent reads: lines with a channel each, and slots with where they came from.

Pure functions over Rasa's event dictionaries (``event``, ``timestamp`` in seconds, ``text``, ``metadata`` ...).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.directives import Directive, from_json
from bot.menus.rich_replies import read_reply
from bot.model import Author, ChannelName, InboundMessage, Kind, Media, Reply, SlotFact, TranscriptLine
from bot.ports import DialogueTurn

INTERNAL_SLOTS = frozenset({"requested_slot", "session_started_metadata"})


def lines(events: Iterable[Mapping[str, Any]]) -> tuple[TranscriptLine, ...]:
    """What was said, oldest first; what the gateway told the assistant by itself is left out."""
    said: list[TranscriptLine] = []
    channel: ChannelName | None = None
    answer = 0  # where the assistant's latest answer begins
    for event in events:
        channel = _channel(event) or channel
        line = _line(event, channel)
        if line:
            said.append(line)
        if event.get("event") == "user":
            answer = len(said)
        elif (heard := (event.get("metadata") or {}).get("heard")) is not None:
            said[answer:] = _cut_short(said[answer:], str(heard))
    return tuple(said)


@dataclass(slots=True)
class Slots:
    """The slots that hold a value now, each with the channel and time at which it got that value; ``take`` events in order."""

    facts: dict[str, SlotFact] = field(default_factory=dict)
    channel: ChannelName | None = None

    def take(self, event: Mapping[str, Any]) -> None:
        """The next event."""
        self.channel = _channel(event) or self.channel
        if event.get("event") in {"restart", "reset_slots"}:
            self.facts.clear()
        if event.get("event") == "slot":
            _note_slot(self.facts, event, self.channel)


def slot_facts(events: Iterable[Mapping[str, Any]]) -> tuple[SlotFact, ...]:
    """The slots of a whole conversation."""
    slots = Slots()
    for event in events:
        slots.take(event)
    return tuple(slots.facts.values())


def user_event(message: InboundMessage, text: str, handoff: str = "") -> dict[str, Any]:
    """A customer's line while a person talks. Rasa wants ``parse_data`` to be there, and empty. ``handoff``: for whom it is."""
    said_to = {"handoff": handoff} if handoff else {}
    return {
        "event": "user",
        "timestamp": message.received_at.timestamp(),
        "text": text,
        "parse_data": {},
        "input_channel": message.channel.value,
        "message_id": message.id,
        "metadata": {
            "channel": message.channel.value,
            "sender": str(message.sender),
            "to_person": True,
            **said_to,
            **marks_of(message),
        },
    }


def marks_of(message: InboundMessage) -> dict[str, Any]:
    """What a line says beside its words: that they are a reaction or an edit, and what was attached. Nothing for plain words."""
    kind = message.entry.kind if message.entry else Kind.WORDS
    media = [{"url": m.url, "content_type": m.content_type, "title": m.title} for m in message.media]
    return ({} if kind is Kind.WORDS else {"kind": kind.value}) | ({"media": media} if media else {})


def bot_event(text: str, channel: ChannelName, at: datetime, *, author: Author, agent: str | None = None) -> dict[str, Any]:
    """An agent's line or a notice, kept in the tracker beside the assistant's own."""
    metadata = {"channel": channel.value, "author": author.value}
    if agent:
        metadata["agent"] = agent
    return {"event": "bot", "timestamp": at.timestamp(), "text": text, "data": {}, "metadata": metadata}


def heard_event(heard: str, channel: ChannelName, at: datetime) -> dict[str, Any]:
    """A mark behind an answer that the caller cut short: of the answer, only ``heard`` (as spoken) reached them."""
    metadata = {"channel": channel.value, "author": Author.BOT.value, "heard": heard}
    return {"event": "bot", "timestamp": at.timestamp(), "text": "", "data": {}, "metadata": metadata}


def latest_said(events: Sequence[Mapping[str, Any]]) -> str | None:
    """The id of the customer's latest message; what the gateway told the assistant by itself is left out."""
    said = (e for e in reversed(events) if e.get("event") == "user" and not (e.get("metadata") or {}).get("event_of_ours"))
    return next((str(event.get("message_id")) for event in said), None)


def turn_of(events: Sequence[Mapping[str, Any]], message_id: str) -> DialogueTurn | None:
    """The assistant's turn for a message, read back from the tracker; None when the assistant has not seen it.

    Lines that the gateway added (``bot.transcript.log``: they have an id) are no words of the assistant's.
    """
    events = [event for event in events if not (event.get("metadata") or {}).get("line")]
    start = next((i for i, e in enumerate(events) if e.get("event") == "user" and e.get("message_id") == message_id), None)
    if start is None:
        return None
    replies: list[Reply] = []
    asked: list[Directive] = []
    for event in events[start + 1 :]:
        if event.get("event") == "user" and not (event.get("metadata") or {}).get("also"):  # the message's second wish
            break
        if event.get("event") == "bot":
            _read_back(event, replies, asked)
    return DialogueTurn(tuple(replies), tuple(asked))


def _read_back(event: Mapping[str, Any], replies: list[Reply], asked: list[Directive]) -> None:
    data = event.get("data") or {}
    if directive := from_json(data.get("custom")):
        asked.append(directive)
    elif reply := read_reply({**data, "text": event.get("text")}):
        replies.append(replace(reply, **_asked(event.get("metadata") or {})))


def _asked(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The response's name and its settings for the phone, as Rasa keeps them with the event."""
    own = metadata.get("metadata")
    prompt = own.get("voice") if isinstance(own, dict) else None
    return {"response": str(metadata.get("utter_action") or ""), "prompt": prompt if isinstance(prompt, dict) else {}}


def _channel(event: Mapping[str, Any]) -> ChannelName | None:
    named = (event.get("metadata") or {}).get("channel") or event.get("input_channel")
    return ChannelName(str(named)) if named in ChannelName.__members__.values() else None


def _line(event: Mapping[str, Any], channel: ChannelName | None) -> TranscriptLine | None:
    if event.get("event") not in {"user", "bot"}:
        return None
    metadata = event.get("metadata") or {}
    text = str(metadata.get("shown") or event.get("text") or "")
    if (
        not text
        or metadata.get("event_of_ours")
        or (event["event"] == "user" and not metadata.get("shown") and text.startswith("/"))
    ):
        return None
    author = Author.CUSTOMER if event["event"] == "user" else Author(metadata.get("author", "bot"))
    media = tuple(Media(**one) for one in metadata.get("media") or ())
    kind, picked = metadata.get("kind") or "", metadata.get("picked") or ""
    return TranscriptLine(_time(event), author, channel, text, metadata.get("agent"), kind, media, picked)


def _cut_short(answer: Sequence[TranscriptLine], heard: str) -> list[TranscriptLine]:
    """The answer as one line that ends where the caller cut it short; notices and agents' lines stay."""
    first = next((line for line in answer if line.author is Author.BOT), None)
    shown = replace(first, text=f"{heard.strip()}…", interrupted=True) if first else None
    kept = [shown if line is first else line for line in answer if line is first or line.author is not Author.BOT]
    return [line for line in kept if line]


def _note_slot(facts: dict[str, SlotFact], event: Mapping[str, Any], channel: ChannelName | None) -> None:
    name, value = str(event["name"]), event.get("value")
    if name in INTERNAL_SLOTS:
        return
    if value is None or value == []:
        facts.pop(name, None)
    elif name not in facts or facts[name].value != value:
        facts[name] = SlotFact(name, value, channel, _time(event))


def _time(event: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(float(event.get("timestamp") or 0.0), UTC)
