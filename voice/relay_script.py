"""A step's TwiML as a ConversationRelay socket carries it out: what to say, and what comes then. Pure.

Both ways to talk share one document for each step. A document that asks is spoken over the socket; every other one (the
queue, the goodbye) is left to Twilio, which fetches it when the session has ended. So a caller whose socket fails goes on
with the very same documents over ``<Gather>``.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

from voice import twiml

_SENTENCE_END = re.compile(r"(?<=[.!?\u2026])\s+|(?<=[\u3002\uff01\uff1f])|\n+")
_RATE = re.compile(r"[1-9]\d{1,2}%")
SECONDS_PER_CHARACTER = 0.07
"""About fourteen characters a second: a calm voice."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words to be spoken; ``interruptible``: speech cuts them short; ``rate``: how fast, as SSML has it (``85%``)."""

    text: str
    language: str = ""
    interruptible: bool = True
    rate: str = ""

    @property
    def seconds(self) -> float:
        """About how long it takes."""
        return len(self.text) * SECONDS_PER_CHARACTER * 100 / int(self.rate.rstrip("%") or 100)


@dataclass(frozen=True, slots=True)
class Sound:
    """A file, as written in the document, or tones."""

    source: str = ""
    digits: str = ""
    loop: int = 1
    interruptible: bool = True


@dataclass(frozen=True, slots=True)
class Silence:
    """So many seconds without words, between two of them; the socket has no message for it but a silent file."""

    seconds: int
    interruptible: bool = True


Piece: TypeAlias = Words | Sound | Silence


@dataclass(frozen=True, slots=True)
class Listen:
    """How the answer to ``step`` is listened for. ``count``: that many keys end it; ``timeout`` in seconds."""

    step: int
    keys: bool = True
    speech: bool = True
    count: int | None = None
    finish_key: str = "#"
    timeout: float = 5.0
    hints: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Collect:
    """The turn is not ready: come for the answer of ``step``."""

    step: int
    tries: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A document that Twilio carries out: queue, goodbye, nothing."""


@dataclass(frozen=True, slots=True)
class Script:
    """One document."""

    pieces: tuple[Piece, ...]
    then: Listen | Collect | Elsewhere

    @property
    def words(self) -> str:
        """All that is spoken."""
        return " ".join(piece.text for piece in self.pieces if isinstance(piece, Words))

    @property
    def seconds(self) -> float:
        """About how long it takes to say; sounds are not counted."""
        return sum(0.0 if isinstance(piece, Sound) else piece.seconds for piece in self.pieces)


def read(document: str) -> Script:
    """Read a document of ours. Of several ``<Gather>``s the last listens; those before only let their words be cut short.
    A question whose answer goes elsewhere than to the call's steps is no business of the socket's."""
    root = ET.fromstring(document)  # noqa: S314 - made by voice.twiml in this installation
    gathers, collect = root.findall("Gather"), _collect(root.find("Redirect"))
    if gathers and urlsplit(gathers[-1].get("action", "")).path == twiml.url("answer"):
        return Script(_between(_pieces(root)), _listen(gathers[-1]))
    if collect is not None and not gathers:
        return Script(_between(_pieces(root)), collect)
    return Script((), Elsewhere())


def sentences(text: str) -> list[str]:
    """The text cut behind its sentences: each goes out by itself, so that the first is spoken at once."""
    return [part for part in (piece.strip() for piece in _SENTENCE_END.split(text)) if part]


def _between(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Without the silence at the end: the caller may speak then."""
    found = list(pieces)
    while found and isinstance(found[-1], Silence):
        found.pop()
    return tuple(found)


def _pieces(root: ET.Element) -> Iterator[Piece]:
    """What is said, in order. Words outside a ``<Gather>`` are heard to the end."""
    for node in root:
        inside, open_to = (list(node), _barge_in(node)) if node.tag == "Gather" else ([node], False)
        for child in inside:
            if piece := _piece(child, open_to):
                yield piece


def _barge_in(gather: ET.Element) -> bool:
    return "speech" in gather.get("input", "dtmf") and gather.get("bargeIn", "true") == "true"


def _piece(node: ET.Element, interruptible: bool) -> Piece | None:
    if node.tag == "Say":
        text = " ".join("".join(node.itertext()).split())
        prosody = node.find("prosody")
        rate = prosody.get("rate", "") if prosody is not None else ""
        return Words(text, node.get("language", ""), interruptible, rate if _RATE.fullmatch(rate) else "") if text else None
    if node.tag == "Pause":
        return Silence(int(node.get("length", "1")), interruptible)
    if node.tag == "Play":
        return Sound((node.text or "").strip(), node.get("digits", ""), int(node.get("loop", "1")), interruptible)
    return None


def _listen(gather: ET.Element) -> Listen:
    kinds, count = gather.get("input", "dtmf").split(), gather.get("numDigits")
    return Listen(
        step=_query(gather.get("action", ""), "step") or 0,
        keys="dtmf" in kinds,
        speech="speech" in kinds,
        count=int(count) if count else None,
        finish_key=gather.get("finishOnKey", "#"),
        timeout=float(gather.get("timeout", "5")),
        hints=gather.get("hints", ""),
        language=gather.get("language", ""),
    )


def _collect(redirect: ET.Element | None) -> Collect | None:
    address = (redirect.text or "") if redirect is not None else ""
    step, tries = _query(address, "step"), _query(address, "tries")
    if urlsplit(address).path != twiml.url("collect") or step is None or tries is None:
        return None
    return Collect(step, tries)


def _query(address: str, name: str) -> int | None:
    value = parse_qs(urlsplit(address).query).get(name, [""])[0]
    return int(value) if value.isascii() and value.isdigit() else None
