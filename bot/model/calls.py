"""A phone call, from the first ring to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.people import Address, Proof


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
    ``wide``: the next question lets in a code from a chat as well.
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
