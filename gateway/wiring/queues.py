"""What comes in and does not go out, counted. (The outbox itself is the store's.)"""

from __future__ import annotations

from dataclasses import dataclass

from bot.redis_store.queue import RedisInbox
from gateway.observe.undelivered import Undelivered
from gateway.wiring.base import Base
from gateway.wiring.desk import AtTheDesk
from gateway.wiring.handoff import HandoffLife
from gateway.wiring.identity import WhoItIs
from gateway.workers.inbox import CountingInbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """``undelivered``: told of every message that did not arrive."""

    inbox: CountingInbox
    undelivered: Undelivered


def wire_queues(base: Base, *, desk: AtTheDesk, handoff: HandoffLife, identity: WhoItIs) -> Queues:
    """A message counts as taken once it is on disk."""
    undelivered = Undelivered(
        outbox=base.store.outbox,
        handoffs=handoff.handoffs,
        bulletin=desk.bulletin,
        troubles=base.store.troubles,
        metrics=base.observed.metrics,
        told=[identity.undelivered_codes.lost],
    )
    inbox = CountingInbox(
        inner=RedisInbox(base.store.client, disk=base.store.disk, facts=base.store.facts, partitions=base.store.partitions),
        outbox=base.store.outbox,
        contacts=base.store.contacts,
        metrics=base.observed.metrics,
        undelivered=undelivered,
        facts=base.store.facts,
    )
    return Queues(inbox=inbox, undelivered=undelivered)
