"""Inbox and outbox on Redis Streams, in partitions by address.

Every key of a partition carries its hash tag (``ot:{p03}:...``), so that "seen before?" and "append" are one atomic
script, also in a Redis Cluster. An address always falls into the same partition: its messages stay in order. One gateway
at a time owns a partition (``gateway.workers.partitions.ownership``); what it has not finished is what is still in the stream.
When their number is changed (``bot.redis_store.partition_map``) the old ones are closed, and what they know is still looked up.
Every change is safe to send twice: a client whose connection broke does not know whether it was carried out.
"""

from bot.redis_store.queue.inbox import InboxFull, RedisInbox
from bot.redis_store.queue.keys import (
    DOUBTFUL,
    INBOUND,
    LAST_WORDS,
    OUTBOUND,
    SENT,
    inbox_key,
    marks_of,
    outbox_key,
    over_key,
    record_key,
)
from bot.redis_store.queue.outbox import RedisOutbox

__all__ = [
    "DOUBTFUL",
    "INBOUND",
    "LAST_WORDS",
    "OUTBOUND",
    "SENT",
    "InboxFull",
    "RedisInbox",
    "RedisOutbox",
    "inbox_key",
    "marks_of",
    "outbox_key",
    "over_key",
    "record_key",
]
