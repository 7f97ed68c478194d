"""What Twilio says in a voice webhook, checked and typed.

https://www.twilio.com/docs/voice/twiml#request-parameters ; unknown fields are ignored (Twilio adds them without notice).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.door import words
from bot.model import Address, AddressKind
from bot.model.phone_numbers import can_be
from voice.attestation import LONGEST

SID = re.compile(r"CA[0-9a-fA-F]{32}", re.ASCII)
DIGITS = re.compile(r"[0-9*#A-Da-d]*", re.ASCII)
KEYS = 64
"""Keys of one answer that are read: whose cheek lies on the keys is not cut off for it.
A ``<Gather>`` without ``numDigits`` takes any number of them."""
RECORDING = re.compile(r"RE[0-9a-fA-F]{32}", re.ASCII)
HUNG_UP = "hangup"
"""``Digits`` of a ``<Record>`` that the caller ended by hanging up: https://www.twilio.com/docs/voice/twiml/record"""
NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)
SPEECH_LIMIT = 4000
"""Characters of one answer that are read; speech is captured for at most 60 s, about 1,000."""

OUTBOUND = "outbound"
"""How ``Direction`` begins on a call that we made: https://www.twilio.com/docs/voice/twiml#request-parameters"""

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""Values of ``CallStatus`` after which nothing can be said to the caller."""


@dataclass(frozen=True, slots=True)
class VoiceForm:
    """The fields of a voice webhook that we read; absent ones are empty. ``caller`` is the other end, ``called`` our own number,
    whoever of the two rang: on a call of ours Twilio has our number in ``From``. ``rung`` is ``To`` as it stands:
    whose phone rang."""

    sid: str
    caller: Address
    status: str
    digits: str
    speech: str
    queue_result: str
    called: str = ""
    rung: str = ""
    confidence: float | None = None
    attestation: str = ""
    answered_by: str = ""
    recording: str = ""
    seconds: int | None = None
    transcript: str = ""
    partial: str = ""

    @property
    def over(self) -> bool:
        """True when the caller has hung up."""
        return self.status in OVER


def read_form(form: Mapping[str, str]) -> VoiceForm:
    """Check and type the fields. 400 when the call's sid or the keys cannot be real."""
    sid, digits = form.get("CallSid", ""), form.get("Digits", "")
    digits = "" if digits == HUNG_UP else digits
    ends = form.get("From", ""), form.get("To", "")
    theirs, ours = ends[::-1] if form.get("Direction", "").startswith(OUTBOUND) else ends
    if not SID.fullmatch(sid):
        raise web.HTTPBadRequest(text="CallSid is missing or is none")
    if not DIGITS.fullmatch(digits):
        raise web.HTTPBadRequest(text="Digits has other characters than keys")
    return VoiceForm(
        sid=sid,
        caller=caller_address(theirs if theirs != ours else "", sid),  # nobody calls from our own number
        status=form.get("CallStatus", ""),
        digits=digits[:KEYS],
        speech=words(form.get("SpeechResult", "")[:SPEECH_LIMIT]),
        queue_result=form.get("QueueResult", ""),
        called=ours,
        rung=form.get("To", ""),
        confidence=_confidence(form.get("Confidence", "")),
        attestation=form.get("StirVerstat", "")[:LONGEST],
        answered_by=form.get("AnsweredBy", ""),
        recording=recording if RECORDING.fullmatch(recording := form.get("RecordingSid", "")) else "",
        seconds=_seconds(form.get("RecordingDuration") or form.get("CallDuration", "")),
        transcript=words(form.get("TranscriptionText", "")[:SPEECH_LIMIT]),
        partial=words(f"{form.get('StableSpeechResult', '')} {form.get('UnstableSpeechResult', '')}"[:SPEECH_LIMIT]),
    )


def _seconds(text: str) -> int | None:
    return int(text) if NUMBER.fullmatch(text) else None


def _confidence(text: str) -> float | None:
    """0.0 to 1.0. Twilio may leave it out, and 0.0 is what some speech models give for "not measured": both are None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value <= 1 else None


def caller_address(number: str, sid: str) -> Address:
    """The caller's address. A number that is withheld, cannot be read or cannot be gets one of its own for this call alone, so
    that it never shares a conversation with another; it does not begin with ``+``, so nothing is ever sent to it."""
    if can_be(number):
        return Address(AddressKind.TEL, number)
    return Address(AddressKind.TEL, f"anonymous-{sid}")


def query_number(query: Mapping[str, str], name: str, default: int | None = None) -> int:
    """A number that we put into an address ourselves; 400 when it is missing (without ``default``) or is none."""
    text = query.get(name)
    if text is None and default is not None:
        return default
    if text is None or not NUMBER.fullmatch(text):
        raise web.HTTPBadRequest(text=f"{name} is missing or is no number")
    return int(text)
