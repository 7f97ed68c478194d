"""What the core needs from the world, as Protocols; adapters live in their own modules.

Errors are part of a port: an adapter raises only what is named here.
"""

from bot.ports.delivery import Channel, Inbox
from bot.ports.desk import DeskEvent, HandoffView, LinkFact, People, Telephone
from bot.ports.dialogue import Dialogue, DialogueTurn, Wording
from bot.ports.errors import DialogueUnavailable, HandoffRefused, SendError, SendFailure, StoreUnavailable
from bot.ports.records import Calls, Clock, Contacts, Handoffs
from bot.ports.turns import Conversations, TurnResult

__all__ = [
    "Calls",
    "Channel",
    "Clock",
    "Contacts",
    "Conversations",
    "DeskEvent",
    "Dialogue",
    "DialogueTurn",
    "DialogueUnavailable",
    "HandoffRefused",
    "HandoffView",
    "Handoffs",
    "Inbox",
    "LinkFact",
    "People",
    "SendError",
    "SendFailure",
    "StoreUnavailable",
    "Telephone",
    "TurnResult",
    "Wording",
]
