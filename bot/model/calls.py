"""A phone call, from the first ring to its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model.people import Address, Proof

LONGEST_CALL = timedelta(hours=4)
"""Twilio ends a call, and a talk, after so long (``timeLimit``; 24 hours only where an account had that raised):
https://www.twilio.com/docs/voice/twiml/dial . One that we were never told the end of counts for nothing after that."""


class CallState(StrEnum):
    """What a live phone call is doing."""

    TALKING = "talking"
    WAITING = "waiting"
    BRIDGED = "bridged"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Call:
    """One phone call. ``proof`` starts as CLAIMED on every call: a caller id can be forged.

    ``step`` numbers the prompts; ``silences`` counts empty answers in a row, ``misses`` answers in a row that were not
    understood, ``noise`` those among them that were too long to be answers. ``slow`` is how much slower than usual the
    caller wants it (0, 1, 2). ``last_prompt`` is what was asked last, in the words that were spoken.
    ``attestation``: what the carriers say of the caller id (StirVerstat); never a proof.
    ``wide``: the next question lets in a code from a chat as well; ``offers_languages``: it offers the line's other languages.
    ``language``: two letters, what the line speaks with this caller; empty for the language of the files themselves.
    ``status`` and ``seconds`` are the network's when the call is over; ``effort`` is the caller's answer, 1 (easy) to 5.
    """

    sid: str
    conversation_id: str
    caller: Address
    started_at: datetime
    state: CallState = CallState.TALKING
    proof: Proof = Proof.CLAIMED
    step: int = 0
    silences: int = 0
    handoff_id: str | None = None
    last_prompt: str = ""
    ended_at: datetime | None = None
    status: str = ""
    seconds: int | None = None
    effort: int | None = None
    misses: int = 0
    noise: int = 0
    slow: int = 0
    attestation: str = ""
    wide: bool = False
    offers_languages: bool = False
    language: str = ""


def live(call: Call, moment: datetime) -> bool:
    """Whether somebody may still be on it."""
    return call.state is not CallState.ENDED and moment - call.started_at < LONGEST_CALL


def talked(call: Call, to: Call) -> Call:
    """``call`` with how far the talk is in ``to``; a later step than that stays."""
    if call.step > to.step:
        return call
    return replace(
        call,
        step=to.step,
        silences=to.silences,
        handoff_id=to.handoff_id,
        last_prompt=to.last_prompt,
        misses=to.misses,
        noise=to.noise,
        slow=to.slow,
        wide=to.wide,
        offers_languages=to.offers_languages,
        language=to.language,
    )
