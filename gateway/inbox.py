"""The inbox as the receivers see it: counted, and late refusals believed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.model import DeliveryReport, InboundMessage
from bot.ports import Contacts, Inbox
from bot.redis_queue import RedisOutbox
from gateway.metrics import Metrics

OPTED_OUT = "21610"
"""Twilio may say only in the status callback that a person refuses messages: https://www.twilio.com/docs/api/errors/21610"""


@dataclass(frozen=True, slots=True)
class CountingInbox:
    """``bot.ports.Inbox`` around another."""

    inner: Inbox
    outbox: RedisOutbox
    contacts: Contacts
    metrics: Metrics

    async def accept(self, message: InboundMessage) -> bool:
        """See ``bot.ports.Inbox``."""
        new = await self.inner.accept(message)
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
            await self.contacts.save(replace(contact, opted_out=True))
