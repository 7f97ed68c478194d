"""The nouns of a conversation: frozen values, no I/O and no vendor.

The field's standard names (docs/architecture.md lists them); every other module speaks in these.
Times are timezone-aware UTC datetimes.
"""

from bot.model.calls import LONGEST_CALL, Call, CallState, live, talked
from bot.model.cold import GONE, ColdContact, ColdStanding
from bot.model.facts import About, Fact, fact_id, pseudonym
from bot.model.handoffs import Callback, CallbackTry, Handoff, HandoffState, LineAct, Packet, SlotFact, TranscriptLine, Voicemail
from bot.model.ids import new_id, now, stable_id
from bot.model.messages import (
    PLACE,
    Attachment,
    Author,
    Card,
    DeliveryReport,
    DeliveryStatus,
    Entry,
    HandBack,
    InboundMessage,
    Kind,
    Link,
    Location,
    Media,
    Moment,
    Option,
    OutboundMessage,
    Reply,
    Table,
    map_of,
)
from bot.model.people import Address, AddressKind, ChannelName, Contact, ContactAddress, Proof

__all__ = [
    "GONE",
    "LONGEST_CALL",
    "PLACE",
    "About",
    "Address",
    "AddressKind",
    "Attachment",
    "Author",
    "Call",
    "CallState",
    "Callback",
    "CallbackTry",
    "Card",
    "ChannelName",
    "ColdContact",
    "ColdStanding",
    "Contact",
    "ContactAddress",
    "DeliveryReport",
    "DeliveryStatus",
    "Entry",
    "Fact",
    "HandBack",
    "Handoff",
    "HandoffState",
    "InboundMessage",
    "Kind",
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
    "fact_id",
    "live",
    "map_of",
    "new_id",
    "now",
    "pseudonym",
    "stable_id",
    "talked",
]
