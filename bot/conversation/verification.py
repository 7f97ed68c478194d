"""A one-time code or a PIN in the customer's message: checked, and taken out of it before anything is kept."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.assistant import Assistant
from bot.conversation.turn import Turn
from bot.handoff.lifecycle import HandoffBook
from bot.identity.one_time_codes import CodeCheck, code_in, without_code
from bot.identity.proof import Identity
from bot.identity.second_factor import PinCheck, Pins
from bot.model import Proof
from bot.ports import DialogueUnavailable
from bot.ports.stores import Locks


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Raises the turn's level of proof. Methods raise StoreUnavailable."""

    identity: Identity
    pins: Pins
    handoffs: HandoffBook
    locks: Locks
    assistant: Assistant

    async def code(self, turn: Turn) -> None:
        """A code that came back may join this contact into another: go on in that conversation. Raises TurnPostponed."""
        came = turn.message
        try:
            turn.code, joined = await self.identity.check(turn.contact, turn.message)
        except DialogueUnavailable as error:
            await self.assistant.unreachable(turn, error)
            return
        if turn.code is not CodeCheck.NONE or (turn.again and code_in(came)):  # it may have been right before the worker died
            turn.message = without_code(came)
            await self.pins.hide(came)
        if turn.code is not CodeCheck.ACCEPTED:
            return
        if turn.held and joined.conversation_id != turn.contact.conversation_id:
            turn.linked = True
            await turn.held.enter_async_context(self.locks.hold(joined.conversation_id))
        turn.contact, turn.unsaved = joined, True
        turn.proof = max(turn.proof, Proof.POSSESSED)
        turn.handoff = await self.handoffs.open_for(joined.conversation_id)

    async def pin(self, turn: Turn) -> bool:
        """Whether there was a PIN that was asked for."""
        if not turn.pin_due:
            return False
        turn.pin, turn.message = await self.pins.take(turn.contact, turn.message, turn.proof)
        if turn.pin is PinCheck.ACCEPTED:
            turn.proof = Proof.PROVEN
        return turn.pin is not PinCheck.NONE
