"""Words and prompts -> TwiML, purely: no I/O, no state, no sentence of its own.

Elements and limits: https://www.twilio.com/docs/voice/twiml (gather, say, enqueue, dial). Every address in the
documents is relative to the public URL's root, so that the documents hold no host.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from pydantic import TypeAdapter
from twilio.twiml.voice_response import Gather, VoiceResponse  # type: ignore[import-untyped]

from voice.prompts import PromptSettings

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
MOST_OPTIONS = len(_NUMBER_WORDS)
"""Options that one key can choose among."""


RATES = {1: "85%", 2: "70%"}
"""How fast a caller hears us who has asked for "slower" once, and twice."""

SSML_VOICES = ("Polly.", "Google.")
"""Voices that follow ``<prosody>``; for the basic ones a pause between sentences has to do."""


@dataclass(frozen=True, slots=True)
class Speech:
    """How the line talks. ``slow``: how often this caller has asked for slower speech (0, 1, 2)."""

    language: str = "en-US"
    voice: str | None = None
    slow: int = 0


@dataclass(frozen=True, slots=True)
class Foreign:
    """Words in another language than the line's."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question: what is said, and how the answer is listened for.

    ``digits``: figures are expected (a card's digits, a code), so key 0 is a figure and dictated figures are read.
    ``count``: how many, if known. ``hints``: words that are likely to be said (titles of the options on offer).
    ``menu``: the options' words while they are not read out. ``settings``: what the designers set for it.
    ``purpose``: "" for a question of the assistant's; ``confirm`` asks whether ``pending`` was said, ``there`` whether
    anybody is on the line; both keep the question they stand for in ``original`` (JSON). ``wide``: more keys than the
    question asks for are let in, up to ``#``: a code may come before the answer.
    """

    text: str
    hints: tuple[str, ...] = ()
    digits: bool = False
    count: int | None = None
    menu: str = ""
    settings: PromptSettings = field(default_factory=PromptSettings)
    purpose: str = ""
    pending: str = ""
    original: str = ""
    wide: bool = False

    @property
    def collecting(self) -> bool:
        """Keys are part of an answer with several of them."""
        count = self.settings.count
        several = count == "any" or (isinstance(count, int) and count > 1)
        return self.digits or several or len(self.hints) > MOST_OPTIONS

    def to_json(self) -> str:
        """For the store; ``from_json`` reads it back."""
        return PROMPT.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> Prompt:
        """Read what ``to_json`` wrote."""
        return PROMPT.validate_json(text)


PROMPT = TypeAdapter(Prompt)


def ask(prompt: Prompt, step: int, speech: Speech, lead: Sequence[str | Foreign] = ()) -> str:
    """Say ``lead`` and the prompt, interruptible as the settings say, and bring the answer to ``/answer?step=``.

    What may not interrupt is not listened for while the words are spoken: by one kind only, a ``<Gather>`` for that
    kind holds the words and falls through, after a second of silence, to the one that listens for the answer.
    """
    answer = url("answer", step=step)
    words, barge_in, listen = (*lead, prompt.text), prompt.settings.barge_in, prompt.settings.listen
    response = VoiceResponse()
    if barge_in == "none":
        _say(response, words, speech)
    elif barge_in not in ("both", listen):
        first = _gather(prompt, answer, speech, barge_in, timeout=1, empty=False)
        _say(first, words, speech)
        response.append(first)
    gather = _gather(prompt, answer, speech, listen, timeout=prompt.settings.timeout, empty=True)
    if barge_in in ("both", listen):
        _say(gather, words, speech)
    response.append(gather)
    response.redirect(answer, method="POST")  # belt: should the Gather fall through, silence still comes to us
    return _document(response)


def _gather(prompt: Prompt, answer: str, speech: Speech, listen: str, *, timeout: int, empty: bool) -> Gather:
    """One ``<Gather>``; attributes that its kind of input does not use are left out."""
    how = prompt.settings
    keys = {"num_digits": _num_digits(prompt), "finish_on_key": _finish(prompt)} if listen != "speech" else {}
    heard = {
        "speech_timeout": how.end_silence,
        "speech_model": how.speech_model,
        "language": how.language or speech.language,
        "hints": _hints((*prompt.hints, *_numbers(prompt.hints), *how.hints)),
        "profanity_filter": None if how.profanity_filter else False,  # filtered is Twilio's own default
        "partial_result_callback": answer.replace(url("answer"), url("partial"), 1) if how.partial_results else None,
    }
    return Gather(
        input={"both": "dtmf speech", "keys": "dtmf", "speech": "speech"}[listen],
        action=answer,
        method="POST",
        action_on_empty_result=empty,
        timeout=timeout,
        **(heard if listen != "keys" else {}),
        **keys,
    )


def filler(text: str, step: int, tries: int, speech: Speech) -> str:
    """Say that it takes a moment, and come for the answer of ``step``; ``tries`` counts these."""
    response = VoiceResponse()
    _say(response, [text], speech)
    response.redirect(url("collect", step=step, tries=tries), method="POST")
    return _document(response)


def patience(text: str, seconds: int, step: int, tries: int, speech: Speech) -> str:
    """Something is wrong on our side: say so, wait, and see whether the call can go on where it was (``/again``)."""
    response = VoiceResponse()
    _say(response, [text], speech)
    response.pause(length=seconds)
    response.redirect(url("again", step=step, tries=tries), method="POST")
    return _document(response)


def enqueue(lead: Sequence[str | Foreign], queue: str, step: int, speech: Speech) -> str:
    """Say ``lead`` and wait in ``queue`` (a handoff's id: no personal data, at most 64 characters)."""
    response = VoiceResponse()
    _say(response, lead, speech)
    action, wait = url("queued", step=step), url("queue", joined=step, n=0)
    response.enqueue(queue[:64], action=action, method="POST", wait_url=wait, wait_url_method="POST")
    return _document(response)


def leave(words: Sequence[str], speech: Speech) -> str:
    """Say ``words`` and take the caller out of the queue; ``<Enqueue>``'s action is asked next."""
    response = VoiceResponse()
    _say(response, words, speech)
    response.leave()
    return _document(response)


def goodbye(words: Sequence[str | Foreign], speech: Speech) -> str:
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


def _say(into: VoiceResponse | Gather, words: Iterable[str | Foreign], speech: Speech) -> None:
    """Whole sentences in as few ``<Say>``s as Twilio takes; one ``<Say>`` for each sentence to a caller who wants it slower."""
    room = SPOKEN_BYTES
    for own, run in groupby(words, lambda one: one.language if isinstance(one, Foreign) else speech.language):
        text = "\n".join(one.text if isinstance(one, Foreign) else one for one in run)
        voice = speech.voice if own == speech.language else None
        ssml = bool(speech.slow and voice and voice.startswith(SSML_VOICES))
        for piece in sentences(text) if speech.slow and not ssml else chunks(text):
            room -= len(escape(piece).encode())
            if room < 0:
                return
            if ssml:
                into.say("", language=own, voice=voice).prosody(piece, rate=RATES[speech.slow])
            else:
                into.say(piece, language=own, voice=voice)
            if speech.slow and not ssml:
                into.pause(length=speech.slow)


def sentences(text: str) -> Iterator[str]:
    """One sentence after the other, each short enough for a ``<Say>``."""
    for sentence in filter(None, (s.strip() for s in _SENTENCE.split(_ILLEGAL.sub("", text)))):
        yield from chunks(sentence)


def _numbers(titles: Sequence[str]) -> Sequence[str]:
    return _NUMBER_WORDS[: len(titles)]


def _hints(hints: Sequence[str]) -> str | None:
    clean = [_ILLEGAL.sub("", hint).replace(",", " ").strip()[:HINT_CHARACTERS] for hint in hints]
    return ",".join([hint for hint in dict.fromkeys(clean) if hint][:HINTS]) or None


def _num_digits(prompt: Prompt) -> int | None:
    """Known counts end the listening at once: one key chooses among nine options or fewer, and is a wish elsewhere."""
    if prompt.wide:
        return None
    if prompt.settings.count is not None:
        return prompt.settings.count if isinstance(prompt.settings.count, int) else None
    if prompt.digits:
        return prompt.count
    return None if prompt.collecting else 1


def _finish(prompt: Prompt) -> str | None:
    """The key that ends the keys, if it is not Twilio's own ``#``; where one key is enough, ``#`` is a key like others."""
    if prompt.wide:
        return None
    if not prompt.collecting:
        return ""
    return None if prompt.settings.finish_key == "#" else prompt.settings.finish_key


def _document(response: VoiceResponse) -> str:
    return str(response.to_xml())
