"""Words and prompts -> TwiML, purely: no I/O, no state, no sentence of its own.

Elements and limits: https://www.twilio.com/docs/voice/twiml (gather, say, enqueue, dial). Every address in the
documents is relative to the public URL's root, so that the documents hold no host.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from twilio.twiml.voice_response import Dial, Gather, Pause, VoiceResponse  # type: ignore[import-untyped]

SAY_CHARACTERS = 1200
"""Longest text of one ``<Say>``; Twilio's voices take 3,000 and more (warning 13521)."""

SAY_ENCODED = 4500
"""Longest URL-encoded text of one ``<Say>`` (warning 13521); this is what bites accented and CJK text."""

SPOKEN_BYTES = 48_000
"""Most text in one document, so that the whole stays below Twilio's 64 kB (error 11750). The rest is left out."""

HINTS, HINT_CHARACTERS = 500, 100

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SENTENCE = re.compile("(?<=[.!?\u2026])\\s+|(?<=[\u3002\uff01\uff1f])|\n+")
_NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, slots=True)
class Speech:
    """How the line talks and listens. Seconds are whole. A set ``model`` forbids ``speechTimeout="auto"``."""

    language: str = "en-US"
    voice: str | None = None
    timeout: int = 6
    end_silence: int = 2
    model: str = "phone_call"
    digit_model: str = "numbers_and_commands"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question: what is said, and how the answer is listened for.

    ``digits``: figures are expected (a card's digits, a code), so key 0 is a figure and dictated figures are read.
    ``count``: how many, if known. ``hints``: words that are likely to be said (titles of the options on offer).
    """

    text: str
    hints: tuple[str, ...] = ()
    digits: bool = False
    count: int | None = None

    def to_json(self) -> str:
        """For the store; ``from_json`` reads it back."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Prompt:
        """Read what ``to_json`` wrote."""
        body = json.loads(text)
        return cls(body["text"], tuple(body["hints"]), body["digits"], body["count"])


def ask(prompt: Prompt, step: int, speech: Speech, lead: Sequence[str] = ()) -> str:
    """Say ``lead`` and the prompt, interruptible by keys and speech, and bring the answer to ``/answer?step=``."""
    answer = url("answer", step=step)
    gather = Gather(
        input="dtmf speech",
        action=answer,
        method="POST",
        action_on_empty_result=True,
        timeout=speech.timeout,
        speech_timeout=speech.end_silence,
        speech_model=speech.digit_model if prompt.digits else speech.model,
        language=speech.language,
        hints=_hints(prompt.hints),
        num_digits=_num_digits(prompt),
    )
    _say(gather, (*lead, prompt.text), speech)
    response = VoiceResponse()
    response.append(gather)
    response.redirect(answer, method="POST")  # belt: should the Gather fall through, silence still comes to us
    return _document(response)


def filler(text: str, step: int, tries: int, speech: Speech) -> str:
    """Say that it takes a moment, and come for the answer of ``step``; ``tries`` counts these."""
    response = VoiceResponse()
    _say(response, [text], speech)
    response.redirect(url("collect", step=step, tries=tries), method="POST")
    return _document(response)


def enqueue(lead: Sequence[str], queue: str, step: int, speech: Speech) -> str:
    """Say ``lead`` and wait in ``queue`` (a handoff's id: no personal data, at most 64 characters)."""
    response = VoiceResponse()
    _say(response, lead, speech)
    action, wait = url("queued", step=step), url("queue", joined=step, n=0)
    response.enqueue(queue[:64], action=action, method="POST", wait_url=wait, wait_url_method="POST")
    return _document(response)


def waiting(words: Sequence[str], again: str, seconds: int, speech: Speech) -> str:
    """For a caller in the queue: say ``words``, be silent for ``seconds``, and ask at ``again`` what is next."""
    response = VoiceResponse()
    _say(response, words, speech)
    response.append(Pause(length=seconds))
    response.redirect(again, method="POST")
    return _document(response)


def leave(words: Sequence[str], speech: Speech) -> str:
    """Say ``words`` and take the caller out of the queue; ``<Enqueue>``'s action is asked next."""
    response = VoiceResponse()
    _say(response, words, speech)
    response.leave()
    return _document(response)


def join(whisper: str, queue: str, speech: Speech) -> str:
    """For the agent's leg: whisper, then talk with the first caller of ``queue``."""
    response = VoiceResponse()
    _say(response, [whisper], speech)
    dial = Dial(timeout=30)
    dial.queue(queue[:64])
    response.append(dial)
    response.hangup()
    return _document(response)


def goodbye(words: Sequence[str], speech: Speech) -> str:
    """Say ``words`` and end the call."""
    response = VoiceResponse()
    _say(response, words, speech)
    response.hangup()
    return _document(response)


def nothing() -> str:
    """An empty document: for a caller who is gone, or moved elsewhere by somebody else."""
    return _document(VoiceResponse())


def url(name: str, **query: object) -> str:
    """The address of one of our voice routes, from the root."""
    return f"/twilio/voice/{name}" + (f"?{urlencode(query)}" if query else "")


def chunks(text: str) -> Iterator[str]:
    """The text in pieces that one ``<Say>`` takes, cut between sentences, else between words, else anywhere."""
    piece = ""
    for part in _parts(_ILLEGAL.sub("", text)):
        joined = f"{piece} {part}".strip()
        if piece and not _fits(joined):
            yield piece
            joined = part
        piece = joined
    if piece:
        yield piece


def _parts(text: str) -> Iterator[str]:
    for sentence in filter(None, (s.strip() for s in _SENTENCE.split(text))):
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


def _say(into: VoiceResponse | Gather, words: Iterable[str], speech: Speech) -> None:
    room = SPOKEN_BYTES
    for piece in chunks("\n".join(words)):
        room -= len(escape(piece).encode())
        if room < 0:
            return
        into.say(piece, language=speech.language, voice=speech.voice)


def _hints(hints: Sequence[str]) -> str | None:
    if not hints:
        return None
    numbers = _NUMBER_WORDS[: len(hints)]
    clean = [_ILLEGAL.sub("", hint).replace(",", " ").strip()[:HINT_CHARACTERS] for hint in (*hints, *numbers)]
    return ",".join([hint for hint in clean if hint][:HINTS])


def _num_digits(prompt: Prompt) -> int | None:
    """Known counts end the listening at once: an option's number has one figure, as long as there are nine or fewer."""
    if prompt.digits:
        return prompt.count
    return 1 if 0 < len(prompt.hints) <= len(_NUMBER_WORDS) else None


def _document(response: VoiceResponse) -> str:
    return str(response.to_xml())
