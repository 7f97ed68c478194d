"""What the core needs from the world, as Protocols; adapters live in their own modules.

Errors are part of a port: an adapter raises only what is named here.
"""

from bot.ports.delivery import Channel, Doubt, Inbox, Trouble, Troubles
from bot.ports.desk import Attachments, DeskEvent, EarlierLines, Glance, HandoffView, LinkFact, People, Sound, Telephone
from bot.ports.dialogue import Dialogue, DialogueTurn, SlotTaken, Understood, Wording
from bot.ports.errors import (
    AlreadyAccepted,
    ContactAsleep,
    DialogueUnavailable,
    HandoffRefused,
    SendError,
    SendFailure,
    StoreUnavailable,
)
from bot.ports.facts import Facts, NoFacts
from bot.ports.state import Calls, Clock, Contacts, Handoffs
from bot.ports.turns import Conversations, TurnResult

__all__ = [
    "AlreadyAccepted",
    "Attachments",
    "Calls",
    "Channel",
    "Clock",
    "ContactAsleep",
    "Contacts",
    "Conversations",
    "DeskEvent",
    "Dialogue",
    "DialogueTurn",
    "DialogueUnavailable",
    "Doubt",
    "EarlierLines",
    "Facts",
    "Glance",
    "HandoffRefused",
    "HandoffView",
    "Handoffs",
    "Inbox",
    "LinkFact",
    "NoFacts",
    "People",
    "SendError",
    "SendFailure",
    "SlotTaken",
    "Sound",
    "StoreUnavailable",
    "Telephone",
    "Trouble",
    "Troubles",
    "TurnResult",
    "Understood",
    "Wording",
]
