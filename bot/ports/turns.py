"""One message and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.model import Handoff, InboundMessage, Proof, Reply


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What a turn came to. ``replies`` are for the sender; ``handoff`` is open after the turn, if any. ``secret``: the digits
    that are expected are a code or a PIN, which nobody may hear. ``language``: of the turn, two letters; empty for the files'
    own."""

    conversation_id: str
    replies: tuple[Reply, ...] = ()
    menu_id: str | None = None
    handoff: Handoff | None = None
    collect: int | None = None
    expects_digits: bool = False
    secret: bool = False
    hangup: bool = False
    proof: Proof = Proof.CLAIMED
    language: str = ""


class Conversations(Protocol):
    """The heart (``bot.conversation.conversations``), as the voice line uses it: a turn inside the request."""

    async def receive(self, message: InboundMessage) -> TurnResult:
        """One turn; a repeated id gives the first turn's result. Raises StoreUnavailable only:
        a failing assistant comes back as the fixed apology with the offer of a person."""
        ...

    async def code_lost(self, message: InboundMessage) -> TurnResult:
        """The code that this caller waits for did not arrive."""
        ...

    async def call_started(self, message: InboundMessage) -> TurnResult:
        """The greeting of a call, or the thread picked up where it was left."""
        ...

    async def wishes(self, message: InboundMessage, payload: str, shown: str) -> TurnResult:
        """A wish that the channel itself understood (a key for the main menu): the assistant gets ``payload``
        (``/intent``), the transcript ``shown``. While a person owns the conversation they see it."""
        ...

    async def wants_person(self, message: InboundMessage, reason: str) -> TurnResult:
        """Open a handoff without asking the assistant (silent caller, assistant down)."""
        ...

    async def caller_returned(self, message: InboundMessage, outcome: str) -> TurnResult:
        """The caller left the queue or the agent's side ended: an open handoff is closed with
        ``outcome``, and the bot has the next turn."""
        ...

    async def call_ended(self, sid: str) -> None:
        """The caller is gone. An open handoff stays in the queue, to be answered by message."""
        ...
