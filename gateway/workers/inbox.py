"""The inbox as the receivers see it: counted, and late refusals believed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from bot.door import enter
from bot.facts.people import refused_by_vendor
from bot.model import ChannelName, DeliveryReport, InboundMessage, Kind, OutboundMessage
from bot.ports import Facts, NoFacts
from bot.redis_store.contacts import RedisContacts
from bot.redis_store.queue import InboxFull, RedisOutbox
from gateway.observe.metrics import Metrics
from gateway.observe.undelivered import Undelivered

log = structlog.get_logger()

OPTED_OUT = "21610"
"""Twilio may say only in the status callback that a person refuses messages: https://www.twilio.com/docs/api/errors/21610"""


class Kept(Protocol):
    """``bot.redis_store.queue.RedisInbox``."""

    async def accept(self, message: InboundMessage) -> bool: ...
    async def report(self, report: DeliveryReport) -> OutboundMessage | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CountingInbox:
    """``bot.ports.Inbox`` around another, behind the door: what is stored went through it."""

    inner: Kept
    outbox: RedisOutbox
    contacts: RedisContacts
    metrics: Metrics
    undelivered: Undelivered
    facts: Facts = field(default_factory=NoFacts)

    async def accept(self, message: InboundMessage) -> bool:
        """See ``bot.ports.Inbox``."""
        try:
            new = await self.inner.accept(enter(await self._quoted(message)))
        except InboxFull:
            self.metrics.refuse("full")
            log.warning("inbox_full", channel=message.channel.value)
            raise
        self.metrics.accepted.labels(channel=message.channel.value, new=str(new).lower()).inc()
        return new

    async def _quoted(self, message: InboundMessage) -> InboundMessage:
        """A reaction names what it is about by the vendor's id: from here on, by the words."""
        entry = message.entry
        if entry is None or entry.kind is not Kind.REACTION or message.channel is not ChannelName.MESSENGER:
            return message
        return replace(message, entry=replace(entry, about=await self.outbox.said(message.channel, entry.about)))

    async def report(self, report: DeliveryReport) -> None:
        """See ``bot.ports.Inbox``."""
        if report.error == OPTED_OUT:
            await self._opted_out(report)
        lost = await self.inner.report(report)
        if lost is not None:
            await self.undelivered.reported(lost, report.error or "")

    async def _opted_out(self, report: DeliveryReport) -> None:
        address = await self.outbox.address_of(report.channel, report.external_id)
        contact = await self.contacts.find(address) if address else None
        if address is not None and contact is not None:
            await self.facts.once(refused_by_vendor(f"{report.channel}:{report.external_id}", address, contact, report.at))
            await self.contacts.update(contact.id, lambda known: known.refusing(report.at))
