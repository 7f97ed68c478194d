"""What a turn begins with, in few bytes, while its conversation rests: events, each told by what differs from the one before.

Rasa's events repeat themselves: the same fields, the same metadata, the same names. A packed event has its kind, what is not as
in the last event of that kind, and the milliseconds since the event before. All of it is compressed with a text that every
installation has (``packing_words``), so that the first event costs little, too.

Left out is what was looked at while a message was worked on, and by nobody later (the intents that were less likely, and where
words begin), and what the bot said before the last turns, as a window leaves it out (``bot.rasa_side.tracker.window``). The
events themselves are in the cold store as they were. What is no list of events is kept as it is.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from typing import Any

from bot.redis_store.compact.packing_words import WORDS

Event = dict[str, Any]
NEWER = b"2"
"""First byte of this form; the older one is bare zlib."""
GONE = ""
"""Names the fields that the event before had and this one has not; no field of Rasa's is called so."""
NO_WINDOW = -1
"""In the place of the number of events that a window has."""
HEARD = 0
"""In the place of a message's metadata within what was understood: the same as beside it, but for what Rasa adds."""
LOOKED_AT = frozenset({"intent_ranking", "text_tokens"})
"""While a message is worked on."""
TURNS = 3
"""The last turns, kept as they were (custom actions read them, a rewind undoes them); of older ones not what the bot said."""
RASA_ADDS = frozenset({"model_id", "assistant_id"})


class NamelessField(ValueError):
    """A field's name means something of ours."""


def pack(window: bytes, since: list[bytes]) -> bytes:
    """``window``: JSON list of events, or nothing; ``since``: JSON of the events after it."""
    first: Any = json.loads(window) if window else []
    found = [*first, *map(json.loads, since)] if isinstance(first, list) else [first]
    if not all(map(_plain, found)):
        return _as_it_is(window, since)
    begins = _recent(found)
    needed = [at >= begins or event["event"] != "bot" for at, event in enumerate(found)]
    kept = [_needed(event) for event, wanted in zip(found, needed, strict=True) if wanted]
    count = sum(needed[: len(first)]) if window else NO_WINDOW
    try:
        told = _written(kept)
    except NamelessField:
        return _as_it_is(window, since)
    squeezed = zlib.compressobj(9, zdict=WORDS)
    return NEWER + squeezed.compress(_dump([count, *told])) + squeezed.flush()


def unpack(packed: bytes) -> tuple[bytes, list[bytes]]:
    """The window and the events after it. ValueError for what is none."""
    try:
        if not packed.startswith(NEWER):
            window, *since = zlib.decompress(packed).split(b"\n")
            return window, since
        count, *told = json.loads(zlib.decompressobj(zdict=WORDS).decompress(packed[1:]))
    except zlib.error as error:
        raise ValueError("a packed window cannot be read") from error
    events = [_dump(event) for event in _read(told)]
    first, rest = events[: max(count, 0)], events[max(count, 0) :]
    return b"" if count == NO_WINDOW else b"[" + b",".join(first) + b"]", rest


def _as_it_is(window: bytes, since: list[bytes]) -> bytes:
    return zlib.compress(b"\n".join([window, *since]), 9)


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(found: Any) -> bool:
    """Whether it is an event of Rasa's, with a time."""
    return isinstance(found, dict) and isinstance(found.get("event"), str) and isinstance(found.get("timestamp"), float)


def _recent(events: list[Event]) -> int:
    """Where the last turns begin."""
    said = [at for at, event in enumerate(events) if event["event"] == "user"]
    return said[-TURNS] if len(said) > TURNS else 0


def _needed(event: Event) -> Event:
    """Without what nobody reads once the message is answered; its time in whole milliseconds."""
    kept = {**event, "timestamp": round(event["timestamp"] * 1000) / 1000}
    if parsed := event.get("parse_data"):
        kept["parse_data"] = {name: value for name, value in parsed.items() if name not in LOOKED_AT}
    return kept


def _written(events: Iterable[Event]) -> list[list[Any]]:
    """Kind, what differs, and the milliseconds since the event before, where there were any."""
    last: dict[str, Event] = {}
    told, before = [], 0
    for event in events:
        kind, moment = event["event"], round(event["timestamp"] * 1000)
        fields = _heard_once({name: value for name, value in event.items() if name not in ("event", "timestamp")})
        told.append([kind, _change(last.get(kind, {}), fields), *([moment - before] if moment != before else [])])
        last[kind], before = fields, moment
    return told


def _read(told: Iterable[list[Any]]) -> list[Event]:
    """The reverse of ``_written``."""
    last: dict[str, Event] = {}
    events, moment = [], 0
    for kind, change, *later in told:
        last[kind] = fields = _changed(last.get(kind, {}), change)
        moment += later[0] if later else 0
        events.append({"event": kind, "timestamp": moment / 1000, **_heard_again(fields)})
    return events


def _change(old: Event, new: Event) -> Event:
    """What leads from one to the other; a field that is an object in both is told by what differs in it."""
    if GONE in new:
        raise NamelessField
    gone = [name for name in old if name not in new]
    change: Event = {GONE: gone} if gone else {}
    for name, value in new.items():
        before = old.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            if _dump(value) != _dump(before):  # True is no 1 here
                change[name] = _change(before, value)
        elif name not in old or _dump(value) != _dump(before):
            change[name] = value
    return change


def _changed(old: Event, change: Event) -> Event:
    """``new`` of ``_change``."""
    gone = change.get(GONE, ())
    new = {name: value for name, value in old.items() if name not in gone}
    for name, value in change.items():
        if name != GONE:
            before = new.get(name)
            new[name] = _changed(before, value) if isinstance(value, dict) and isinstance(before, dict) else value
    return new


def _heard_once(fields: Event) -> Event:
    parsed = fields.get("parse_data")
    if not parsed or not parsed.get("metadata") or parsed["metadata"] != _sent_with(fields):
        return fields
    return {**fields, "parse_data": {**parsed, "metadata": HEARD}}


def _heard_again(fields: Event) -> Event:
    parsed = fields.get("parse_data")
    if not parsed or parsed.get("metadata") != HEARD:
        return fields
    return {**fields, "parse_data": {**parsed, "metadata": _sent_with(fields)}}


def _sent_with(fields: Event) -> Event:
    return {name: value for name, value in (fields.get("metadata") or {}).items() if name not in RASA_ADDS}
