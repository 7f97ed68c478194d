"""The inbox as the receivers see it: counted, and late refusals believed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from bot.model import DeliveryReport, InboundMessage
from bot.ports import Inbox
from bot.redis_queue import InboxFull, RedisOutbox
from bot.redis_store import RedisContacts
from gateway.metrics import Metrics

log = structlog.get_logger()

OPTED_OUT = "21610"
"""Twilio may say only in the status callback that a person refuses messages: https://www.twilio.com/docs/api/errors/21610"""


@dataclass(frozen=True, slots=True)
class CountingInbox:
    """``bot.ports.Inbox`` around another."""

    inner: Inbox
    outbox: RedisOutbox
    contacts: RedisContacts
    metrics: Metrics

    async def accept(self, message: InboundMessage) -> bool:
        """See ``bot.ports.Inbox``."""
        try:
            new = await self.inner.accept(message)
        except InboxFull:
            self.metrics.refuse("full")
            log.warning("inbox_full", channel=message.channel.value)
            raise
        self.metrics.accepted.labels(channel=message.channel.value, new=str(new).lower()).inc()
        return new

    async def report(self, report: DeliveryReport) -> None:
        """See ``bot.ports.Inbox``."""
        if report.error == OPTED_OUT:
            await self._opted_out(report)
        await self.inner.report(report)

    async def _opted_out(self, report: DeliveryReport) -> None:
        address = await self.outbox.address_of(report.channel, report.external_id)
        contact = await self.contacts.find(address) if address else None
        if contact is not None:
            await self.contacts.update(contact.id, lambda known: replace(known, opted_out=True))
