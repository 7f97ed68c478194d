"""TwiML for waiting, people and messages, purely: no I/O, no state, no sentence of its own.

https://www.twilio.com/docs/voice/twiml (gather, play, record, conference). Addresses are relative to the public URL's root.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse  # type: ignore[import-untyped]

from voice.twiml import Speech, chunks, url

LONGEST_MESSAGE = 120
"""Seconds of a voice message: as much as Twilio transcribes."""

ROOM_EVENTS = "start end join leave mute hold"
TRANSCRIBED = "en-US"
"""The one language that Twilio transcribes messages in: https://www.twilio.com/docs/voice/twiml/record#transcribe"""


@dataclass(frozen=True, slots=True)
class Entrance:
    """How a leg enters a conference. ``room``: its name (a handoff's id, so no personal data). ``coach``: a call's sid."""

    room: str
    label: str
    starts: bool = True
    ends: bool = False
    muted: bool = False
    coach: str | None = None
    record: bool = False


def wait(words: Sequence[str], clip: str, again: str, key: str, speech: Speech) -> str:
    """For a caller in the queue: words and a phrase of music, which any key cuts short (-> ``key``); then ``again``."""
    response = VoiceResponse()
    gather = Gather(
        input="dtmf",
        action=key,
        method="POST",
        num_digits=1,
        finish_on_key="",
        timeout=1 if clip else 4,
        action_on_empty_result=False,
    )
    _say(gather, words, speech)
    if clip:
        gather.play(clip)
    response.append(gather)
    response.redirect(again, method="POST")
    return _document(response)


def music(clips: Sequence[str]) -> str:
    """All phrases in a row, for a caller on hold; Twilio asks again when they are over."""
    response = VoiceResponse()
    for clip in clips:
        response.play(clip)
    if not clips:
        response.pause(length=30)
    return _document(response)


def onward(words: Sequence[str], to: str, speech: Speech) -> str:
    """Say ``words`` and go on elsewhere."""
    response = VoiceResponse()
    _say(response, words, speech)
    response.redirect(to, method="POST")
    return _document(response)


def choose(
    words: Sequence[str], action: str, hints: Sequence[str], speech: Speech, *, count: int = 1, figures: bool = False
) -> str:
    """A question outside the assistant's conversation, answered by key or word."""
    response = VoiceResponse()
    gather = Gather(
        input="dtmf speech",
        action=action,
        method="POST",
        action_on_empty_result=True,
        timeout=6,
        speech_timeout=2,
        speech_model="numbers_and_commands" if figures else "phone_call",
        language=speech.language,
        num_digits=count,
        finish_on_key="#" if figures else "",
        hints=",".join(hint.replace(",", " ")[:100] for hint in hints) or None,
    )
    _say(gather, words, speech)
    response.append(gather)
    response.redirect(action, method="POST")
    return _document(response)


def message(words: Sequence[str], handoff_id: str, speech: Speech) -> str:
    """Record a message after the beep, with a transcript where there is one."""
    response = VoiceResponse()
    _say(response, words, speech)
    text = speech.language == TRANSCRIBED
    response.record(
        action=url("voicemail", handoff=handoff_id),
        method="POST",
        max_length=LONGEST_MESSAGE,
        timeout=5,
        finish_on_key="#",
        play_beep=True,
        trim="trim-silence",
        recording_status_callback=url("voicemail/ready", handoff=handoff_id),
        recording_status_callback_method="POST",
        transcribe=True if text else None,
        transcribe_callback=url("voicemail/text", handoff=handoff_id) if text else None,
    )
    return _document(response)


def whisper(words: Sequence[str], accepted: str, speech: Speech, *, patience: int = 8) -> str:
    """For an agent's leg: the whisper, and ``patience`` seconds for a key to take the call, which no mailbox presses."""
    response = VoiceResponse()
    gather = Gather(
        input="dtmf",
        action=accepted,
        method="POST",
        num_digits=1,
        finish_on_key="",
        timeout=patience,
        action_on_empty_result=True,
    )
    _say(gather, words, speech)
    response.append(gather)
    response.redirect(accepted, method="POST")
    return _document(response)


def conference(
    lead: Sequence[str], entrance: Entrance, speech: Speech, *, after: str | None = None, last: Sequence[str] = ()
) -> str:
    """Say ``lead`` and enter the conference; then ask ``after``, or say ``last`` and hang up."""
    response = VoiceResponse()
    _say(response, lead, speech)
    dial = Dial(action=after, method="POST") if after else Dial()
    dial.conference(
        entrance.room[:64],
        start_conference_on_enter=entrance.starts,
        end_conference_on_exit=entrance.ends,
        muted=True if entrance.muted else None,
        coach=entrance.coach,
        beep="false",
        wait_url=url("music"),
        wait_method="POST",
        participant_label=entrance.label[:128],
        status_callback=url("room", handoff=entrance.room),
        status_callback_method="POST",
        status_callback_event=ROOM_EVENTS,
        record="record-from-start" if entrance.record else None,
        recording_status_callback=url("recording", handoff=entrance.room) if entrance.record else None,
        recording_status_callback_method="POST" if entrance.record else None,
    )
    response.append(dial)
    if not after:
        _say(response, last, speech)
        response.hangup()
    return _document(response)


def _say(into: VoiceResponse | Gather, words: Sequence[str], speech: Speech) -> None:
    for piece in chunks("\n".join(words)):
        into.say(piece, language=speech.language, voice=speech.voice)


def _document(response: VoiceResponse) -> str:
    return str(response.to_xml())
