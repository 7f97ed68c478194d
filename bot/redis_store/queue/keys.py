"""What a partition holds: its keys, what a vendor's id stands for, and how long what was accepted and sent is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import redis.asyncio as redis
from pydantic import TypeAdapter

from bot.model import ChannelName, DeliveryStatus, InboundMessage, OutboundMessage
from bot.redis_store.client.base import PREFIX
from bot.redis_store.compact.marks import Spans

INBOUND = TypeAdapter(InboundMessage)
OUTBOUND = TypeAdapter(OutboundMessage)
SEEN, SENT = Spans(timedelta(days=3)), Spans(timedelta(days=30), timedelta(days=5))
"""How long, at least, what was accepted and what was sent is known by its id."""
SENT_KEPT = int(SENT.kept.total_seconds())
LAST_WORDS: Mapping[ChannelName, frozenset[str]] = {ChannelName.SMS: frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.READ})}
"""By channel: the reports after which a vendor says no more. Elsewhere a message is read, or quoted, long after it arrived."""
EARLY_KEPT = 300
DOUBTFUL = f"{PREFIX}:doubtful"
"""All sends that are uncertain or failed: sorted set of ``<record> <conversation>`` by time (docs/runbook.md)."""
REPEATABLE = frozenset({ChannelName.WEB})
"""Channels that add a message once however often it is sent."""

RANKS = {
    DeliveryStatus.QUEUED: 1,
    DeliveryStatus.SENDING: 1,
    DeliveryStatus.UNCERTAIN: 1,
    DeliveryStatus.SENT: 2,
    DeliveryStatus.DELIVERED: 3,
    DeliveryStatus.READ: 4,
    DeliveryStatus.FAILED: 5,
}


def inbox_key(partition: str) -> str:
    """The stream of what came."""
    return f"{PREFIX}:{partition}:inbox"


def outbox_key(partition: str) -> str:
    """The stream of what is to be sent."""
    return f"{PREFIX}:{partition}:outbox"


def record_key(partition: str, outbound_id: str) -> str:
    """The hash of one outbound message: ``json``, ``state``, ``sender``, ``rank``, ``error``, ``external``."""
    return f"{PREFIX}:{partition}:sent:{outbound_id}"


def over_key(partition: str) -> str:
    """Sends of which the vendor has said the last word, by when it did (sorted set of ids)."""
    return f"{PREFIX}:{partition}:over"


def marks_of(partition: str, kind: str) -> str:
    """The sets of marks: ``kind`` is ``seen`` (accepted) or ``sent`` (of which the record is gone)."""
    return f"{PREFIX}:{partition}:{kind}-marks"


def seen_key(partition: str, message_id: str) -> str:
    """Where one accepted message was noted before there were marks."""
    return f"{PREFIX}:{partition}:seen:{message_id}"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a vendor's id stands for."""

    partition: str
    outbound_id: str
    conversation_id: str = ""

    @property
    def key(self) -> str:
        return record_key(self.partition, self.outbound_id)

    @classmethod
    def read(cls, text: str) -> Sent:
        """What ``written`` gave; before 2027 it named no conversation."""
        partition, _, rest = text.partition(" ")
        outbound_id, _, place = rest.rpartition(" ")
        return cls(partition, outbound_id, place) if outbound_id and place.startswith("c_") else cls(partition, rest)

    def written(self) -> str:
        return f"{self.partition} {self.outbound_id} {self.conversation_id}"


async def list_as_doubtful(client: redis.Redis, message: OutboundMessage, key: str) -> None:
    """Listed before the state changes: who dies in between leaves an entry that is passed over."""
    moment = message.created_at.timestamp()
    await client.zadd(f"{PREFIX}:doubt:{message.conversation_id}", {key: moment})
    await client.expire(f"{PREFIX}:doubt:{message.conversation_id}", SENT_KEPT)
    await client.zadd(DOUBTFUL, {f"{key} {message.conversation_id}": moment})
    await client.zremrangebyscore(DOUBTFUL, "-inf", moment - SENT_KEPT)
