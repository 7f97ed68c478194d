"""What is known while one message is worked on."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.directives import ModelUsed
from bot.door.opt_out_words import Wish
from bot.door.robots import Talk
from bot.identity.one_time_codes import CodeCheck
from bot.identity.second_factor import PinCheck
from bot.languages.current import current
from bot.menus.menu import Menu, Shown
from bot.model import Contact, Handoff, InboundMessage, Proof, Reply
from bot.ports import Understood
from bot.ports.stores import TurnStage
from bot.transcript.continuity import Return
from bot.transcript.lines import marks_of

NOTHING_BUT_A_SECRET = "/inform"
"""What the assistant is told instead of a PIN or a code; what was found is in the metadata."""
FAILED = "utter_turn_failed"
"""What is said for an assistant that gave no answer."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The option that the message picked: its number from 1 in the menu."""

    menu_id: str
    number: int
    title: str


@dataclass(slots=True)
class Turn:
    """A turn in the making; ``held`` is what keeps its conversation locked."""

    message: InboundMessage
    contact: Contact
    stage: TurnStage = TurnStage.NEW
    held: AsyncExitStack | None = None
    proof: Proof = Proof.CLAIMED
    place: str = ""
    """Where the sender comes from, as a word that says nothing to others."""
    code: CodeCheck = CodeCheck.NONE
    pin: PinCheck = PinCheck.NONE
    back: Return = field(default_factory=Return)
    """How this message comes after the one before it."""
    heard_before: datetime | None = None
    """When this sender had written last before this message."""
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
    escalated: bool = False
    """Whether the assistant handed over in this turn: its silence is meant."""
    collect: int | None = None
    expects_digits: bool = False
    secret: bool = False
    """Whether these digits are a code or a PIN."""
    hangup: bool = False
    within_limits: bool = True
    """Whether the sender may have another turn this minute."""
    talk: Talk = field(default_factory=Talk)
    """What the sender said lately, and was answered."""
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

    understood: Understood | None = None
    """What the assistant made of the message, where it told."""
    unclassified: bool = False
    """Whether its intent is nobody's wish: an event of ours, or the word that a secret came."""
    typed: str = ""
    """The customer's words, where the assistant was told others in their place."""
    model_uses: list[ModelUsed] = field(default_factory=list)
    """What a language model was asked for in this turn."""
    picked: Chosen | None = None
    menu: Menu | None = None
    """What the turn offers."""
    wish: Wish | None = None
    """That texts are to stop, or to begin again."""
    failed: bool = False
    """Whether the assistant gave no answer, and an apology stands for it."""
    asked_language: bool = False
    """Whether the message is nothing but a wish to speak another language."""

    @property
    def again(self) -> bool:
        """Whether its worker died in it before (or another is in it)."""
        return self.stage is TurnStage.STARTED


def metadata(turn: Turn, shown: str | None, ours: bool) -> dict[str, Any]:
    """What goes with the message into the tracker, for actions and the transcript (docs/contracts.md)."""
    tel = turn.contact.number_for(turn.message.sender)
    return {
        "channel": turn.message.channel.value,
        "proof": turn.proof.label,
        "tel": tel.value if tel else None,
        "contact": turn.contact.id,
        "sender": str(turn.message.sender),
        "place": turn.place,
        "code": turn.code.value,
        "pin": turn.pin.value,
        "shown": shown,
        **picked(turn),
        "event_of_ours": ours,
        "moved": turn.back.moved,
        "recap": turn.recap,
        "asked_again": turn.asked_again,
        **({"card": turn.message.entry.last4} if turn.message.entry and turn.message.entry.last4 else {}),
        **marks_of(turn.message),
        **({"language": current()} if current() else {}),
    }


def picked(turn: Turn) -> dict[str, str]:
    """For the customer's line: the option that they picked by other words than its title."""
    title = turn.picked.title if turn.picked and turn.message.choice is None else ""
    said = turn.typed or words(turn.message)
    return {"picked": title} if title and title.strip().casefold() != said.strip().casefold() else {}


def words(message: InboundMessage) -> str:
    """What the customer said, as one text: the words, the keys, or a mark for what cannot be read."""
    return message.text or message.digits or " ".join(f"[{m.content_type}]" for m in message.media) or "[empty]"


def seen(known: Contact, message: InboundMessage, locale: str = "") -> Contact:
    """The contact with this message as its latest, and the language of it where that is told; one that is worked on again is not
    later than what came since."""
    if known.last_seen is not None and known.last_seen > message.received_at:
        return known
    used = tuple(replace(a, seen=message.received_at) if a.address == message.sender else a for a in known.addresses)
    return replace(
        known,
        addresses=used,
        last_address=message.sender,
        last_channel=message.channel,
        last_seen=message.received_at,
        locale=locale or known.locale,
    )
