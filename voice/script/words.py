"""Words, cut into pieces that the vendor's voices take: ``Say``s, and a ``Pause`` after each sentence for who wants it slower."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote
from xml.sax.saxutils import escape

from voice.script.verbs import Pause, Say

SAY_CHARACTERS = 1200
"""Longest text of one ``Say``; Twilio's voices take 3,000 and more (warning 13521)."""

SAY_ENCODED = 4500
"""Longest URL-encoded text of one ``Say`` (warning 13521); this is what bites accented and CJK text."""

SPOKEN_BYTES = 48_000
"""Most text in one document, so that the whole stays below Twilio's 64 kB (error 11750). The rest is left out."""

RATES = {1: "85%", 2: "70%"}
"""How fast a caller hears us who has asked for "slower" once, and twice."""

SSML_VOICES = ("Polly.", "Google.")
"""Voices that follow a rate; for the basic ones a pause between sentences has to do."""

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no document may hold: https://www.w3.org/TR/xml/#charsets"""

_SENTENCE = re.compile("(?<=[.!?\u2026])\\s+|(?<=[\u3002\uff01\uff1f])|\n+")


@dataclass(frozen=True, slots=True)
class Speech:
    """How the line talks. ``slow``: how often this caller has asked for slower speech (0, 1, 2)."""

    language: str = "en-US"
    voice: str | None = None
    slow: int = 0


@dataclass(frozen=True, slots=True)
class Foreign:
    """Words in another language than what the line speaks just now. ``voice``: None is the account's own for it."""

    text: str
    language: str
    voice: str | None = None


def said(words: Iterable[str | Foreign], speech: Speech) -> tuple[Say | Pause, ...]:
    """Whole sentences in as few pieces as a voice takes; a piece for each sentence to a caller who wants it slower."""
    return tuple(_pieces(words, speech))


def _pieces(words: Iterable[str | Foreign], speech: Speech) -> Iterator[Say | Pause]:
    room = SPOKEN_BYTES
    for (own, voice), run in groupby(words, lambda one: _spoken_by(one, speech)):
        text = "\n".join(one.text if isinstance(one, Foreign) else one for one in run)
        ssml = bool(speech.slow and voice and voice.startswith(SSML_VOICES))
        for piece in sentences(text) if speech.slow and not ssml else chunks(text):
            room -= len(escape(piece).encode())
            if room < 0:
                return
            yield Say(piece, own, voice, RATES[speech.slow] if ssml else "")
            if speech.slow and not ssml:
                yield Pause(speech.slow)


def _spoken_by(one: str | Foreign, speech: Speech) -> tuple[str, str | None]:
    """Language and voice."""
    if not isinstance(one, Foreign) or one.language == speech.language:
        return speech.language, speech.voice
    return one.language, one.voice


def sentences(text: str) -> Iterator[str]:
    """One sentence after the other, each short enough for a ``Say``."""
    for sentence in cut(ILLEGAL.sub("", text)):
        yield from chunks(sentence)


def cut(text: str) -> Iterator[str]:
    """The text cut behind its sentences."""
    return filter(None, (sentence.strip() for sentence in _SENTENCE.split(text)))


def chunks(text: str) -> Iterator[str]:
    """The text in pieces that one ``Say`` takes, cut between sentences, else between words, else anywhere."""
    piece = ""
    for part in _parts(ILLEGAL.sub("", text)):
        joined = f"{piece} {part}".strip()
        if piece and not _fits(joined):
            yield piece
            joined = part
        piece = joined
    if piece:
        yield piece


def _parts(text: str) -> Iterator[str]:
    for sentence in cut(text):
        yield from [sentence] if _fits(sentence) else _words(sentence)


def _words(sentence: str) -> Iterator[str]:
    for word in sentence.split():
        if _fits(word):
            yield word
        else:
            size = SAY_ENCODED // 12  # the longest encoding of one character has twelve characters
            yield from (word[i : i + size] for i in range(0, len(word), size))


def _fits(text: str) -> bool:
    return len(text) <= SAY_CHARACTERS and len(quote(text)) <= SAY_ENCODED
