"""Scripts for who waits, is offered something instead, leaves a message or talks to an agent who types. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from voice.script.questions import likely
from voice.script.verbs import Ask, Hangup, Keys, Pause, Play, Recognition, Record, Redirect, Script, Spoken
from voice.script.words import Speech, said

LONGEST_MESSAGE = 120
"""Seconds of a voice message: as much as Twilio transcribes."""

TRANSCRIBED = "en-US"
"""The one language that Twilio transcribes messages in: https://www.twilio.com/docs/voice/twiml/record#transcribe"""

END_SILENCE = 2
WITHOUT_MUSIC = 30
"""Seconds of one look at a caller on hold who hears nothing."""


def wait(words: Sequence[str], clip: str, again: str, key: str, speech: Speech) -> Script:
    """For a caller in the queue: words and a phrase of music, which any key cuts short (-> ``key``); then ``again``."""
    says: tuple[Spoken, ...] = (*said(words, speech), *([Play(clip)] if clip else []))
    asked = Ask(key, 1 if clip else 4, says, keys=Keys(count=1, finish_key=""), tells_silence=False)
    return Script((asked, Redirect(again)))


def music(clips: Sequence[str]) -> Script:
    """All phrases in a row, for a caller on hold; Twilio asks again when they are over."""
    return Script(tuple(Play(clip) for clip in clips) or (Pause(WITHOUT_MUSIC),))


def choose(
    words: Sequence[str], action: str, hints: Sequence[str], speech: Speech, *, count: int = 1, figures: bool = False
) -> Script:
    """A question outside the assistant's conversation, answered by key or word."""
    model = "numbers_and_commands" if figures else "phone_call"
    asked = Ask(
        action,
        6,
        said(words, speech),
        keys=Keys(count, "#" if figures else ""),
        speech=Recognition(speech.language, model, END_SILENCE, likely(hints)),
    )
    return Script((asked, Redirect(action)))


def listen(words: Sequence[str], action: str, speech: Speech) -> Script:
    """Say ``words`` and take down whatever is said then; silence is told as well, after a few seconds."""
    heard = Recognition(speech.language, "phone_call", END_SILENCE)
    return Script((Ask(action, 4, said(words, speech), keys=Keys(finish_key="#"), speech=heard), Redirect(action)))


def message(words: Sequence[str], silent: Sequence[str], handoff_id: str, speech: Speech) -> Script:
    """Record a message after the beep, with a transcript where there is one. A recording that holds nothing is told to nobody:
    the next verb follows, so ``silent`` is said there and the call ends.

    https://www.twilio.com/docs/voice/twiml/record#action
    """
    record = Record(handoff_id, LONGEST_MESSAGE, text=speech.language == TRANSCRIBED)
    return Script((*said(words, speech), record, *said(silent, speech), Hangup()))
