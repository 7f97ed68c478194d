"""The inbox as the receivers see it: limits per sender, and counts."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import DeliveryReport, InboundMessage
from bot.ports import Inbox
from gateway.metrics import Metrics


@dataclass(frozen=True, slots=True)
class CountingInbox:
    """``bot.ports.Inbox`` around another."""

    inner: Inbox
    metrics: Metrics

    async def accept(self, message: InboundMessage) -> bool:
        """See ``bot.ports.Inbox``."""
        new = await self.inner.accept(message)
        self.metrics.accepted.labels(channel=message.channel.value, new=str(new).lower()).inc()
        return new

    async def report(self, report: DeliveryReport) -> None:
        """See ``bot.ports.Inbox``."""
        await self.inner.report(report)
