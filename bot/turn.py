"""What is known while one message is worked on."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from bot.continuity import Return
from bot.factor import PinCheck
from bot.identity import CodeCheck
from bot.menu import Shown
from bot.model import Contact, Handoff, InboundMessage, Proof, Reply
from bot.stores import TurnStage


@dataclass(slots=True)
class Turn:
    """A turn in the making; ``held`` is what keeps its conversation locked."""

    message: InboundMessage
    contact: Contact
    stage: TurnStage = TurnStage.NEW
    held: AsyncExitStack | None = None
    proof: Proof = Proof.CLAIMED
    code: CodeCheck = CodeCheck.NONE
    pin: PinCheck = PinCheck.NONE
    back: Return = field(default_factory=Return)
    """How this message comes after the one before it."""
    recap: bool = False
    """Whether that was so long ago that the customer is told where they were."""
    asked_again: list[str] = field(default_factory=list)
    """Slots that are emptied in this turn because they were too old, and will be asked for again."""
    linked: bool = False
    """Whether this turn's code joined two conversations."""
    replies: list[Reply] = field(default_factory=list)
    offer: Reply | None = None
    """A question of the gateway's own, which is said in place of the assistant's."""
    handoff: Handoff | None = None
    collect: int | None = None
    expects_digits: bool = False
    hangup: bool = False
    within_limits: bool = True
    """Whether the sender may have another turn this minute."""
    pin_due: bool = True
    """Whether the sender was asked for a PIN, so that this message may hold one."""
    unsaved: bool = True
    """Whether lines of the conversation may wait to be written to the tracker."""
    asked: bool = False
    """Whether the assistant spoke: what was on offer before is not being asked any more."""
    first: int = 0
    """Where the page of the menu begins that this turn shows."""
    offered: tuple[str, Shown] | None = None
    """A conversation, and what it had been offered when the turn looked: under the lock, so it still holds at the end."""

    @property
    def again(self) -> bool:
        """Whether its worker died in it before (or another is in it)."""
        return self.stage is TurnStage.STARTED


def metadata(turn: Turn, shown: str | None, ours: bool) -> dict[str, Any]:
    """What goes with the message into the tracker, for actions and the transcript (docs/contracts.md)."""
    tel = turn.contact.tel
    return {
        "channel": turn.message.channel.value,
        "proof": turn.proof.label,
        "tel": tel.value if tel and tel.value.startswith("+") else None,
        "contact": turn.contact.id,
        "sender": str(turn.message.sender),
        "code": turn.code.value,
        "pin": turn.pin.value,
        "shown": shown,
        "event_of_ours": ours,
        "moved": turn.back.moved,
        "recap": turn.recap,
        "asked_again": turn.asked_again,
    }


def words(message: InboundMessage) -> str:
    """What the customer said, as one text: the words, the keys, or a mark for what cannot be read."""
    return message.text or message.digits or " ".join(f"[{m.content_type}]" for m in message.media) or "[empty]"
