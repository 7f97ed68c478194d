"""The nouns of a conversation: frozen values, no I/O and no vendor.

The field's standard names (docs/architecture.md lists them); every other module speaks in these.
Times are timezone-aware UTC datetimes.
"""

from bot.model.calls import Call, CallState
from bot.model.handoffs import Callback, CallbackTry, Handoff, HandoffState, LineAct, Packet, SlotFact, TranscriptLine, Voicemail
from bot.model.ids import new_id, now, stable_id
from bot.model.messages import (
    Author,
    Card,
    DeliveryReport,
    DeliveryStatus,
    InboundMessage,
    Link,
    Location,
    Media,
    Moment,
    Option,
    OutboundMessage,
    Reply,
    Table,
)
from bot.model.people import Address, AddressKind, ChannelName, Contact, ContactAddress, Proof

__all__ = [
    "Address",
    "AddressKind",
    "Author",
    "Call",
    "CallState",
    "Callback",
    "CallbackTry",
    "Card",
    "ChannelName",
    "Contact",
    "ContactAddress",
    "DeliveryReport",
    "DeliveryStatus",
    "Handoff",
    "HandoffState",
    "InboundMessage",
    "LineAct",
    "Link",
    "Location",
    "Media",
    "Moment",
    "Option",
    "OutboundMessage",
    "Packet",
    "Proof",
    "Reply",
    "SlotFact",
    "Table",
    "TranscriptLine",
    "Voicemail",
    "new_id",
    "now",
    "stable_id",
]
