"""What did not arrive, and what is wrong with our accounts: counted, told to the desk at once, and passed on to who must act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from bot.model import OutboundMessage
from bot.ports import DeskEvent, Handoffs, SendError, StoreUnavailable, Troubles
from bot.ports.stores import Bulletin
from bot.redis_store.queue import RedisOutbox
from connectors.delivery_reasons import goes_again, is_accounts, label, vendor_of
from gateway.observe.metrics import Metrics

AT_MOST_AGAIN = 3
"""Times that a message which the vendor had taken and then failed for our account's sake is put back."""
Told = Callable[[OutboundMessage, str], Awaitable[None]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """What ``gateway.workers.outbox_worker`` and the vendors' reports find out. The message's own record is kept before this
    is asked.

    ``told``: those who act on a message that did not arrive, with the vendor's code or our own; each may be told twice.
    """

    outbox: RedisOutbox
    handoffs: Handoffs
    bulletin: Bulletin
    troubles: Troubles
    metrics: Metrics
    told: list[Told] = field(default_factory=list)

    async def reported(self, message: OutboundMessage, code: str) -> None:
        """The vendor had taken it and now says that it did not arrive. When only our account was the reason, it goes again."""
        if is_accounts(vendor_of(message.channel), code):
            await self._met(message, code)
        if goes_again(message.channel, code) and message.expires_at is None:
            with suppress(StoreUnavailable):
                if await self.outbox.again(message, AT_MOST_AGAIN):
                    log.warning("send_put_back", channel=message.channel.value, conversation=message.conversation_id, code=code)
                    return
        await self.lost(message, code)

    async def lost(self, message: OutboundMessage, code: str) -> None:
        """It did not arrive, or may not have: the agent sees it now."""
        self.metrics.undelivered.labels(channel=message.channel.value, code=label(message.channel, code)).inc()
        log.warning("undelivered", channel=message.channel.value, conversation=message.conversation_id, code=code)
        for told in self.told:
            with suppress(StoreUnavailable):
                await told(message, code)
        with suppress(StoreUnavailable):  # it is listed: the desk shows it with its next look
            if handoff := await self.handoffs.open_for(message.conversation_id):
                await self.bulletin.post(DeskEvent("line", handoff.id))

    async def account(self, message: OutboundMessage, error: SendError) -> None:
        """A vendor refused us, not the message."""
        await self._met(message, error.code or "unknown")

    async def mended(self, message: OutboundMessage, error: SendError) -> None:
        """What failed for that reason went through."""
        with suppress(StoreUnavailable):
            await self.troubles.mended(vendor_of(message.channel), error.code or "unknown")
            await self.bulletin.post(DeskEvent("queue", None))

    async def _met(self, message: OutboundMessage, code: str) -> None:
        vendor = vendor_of(message.channel)
        log.error("account_trouble", vendor=vendor, code=code)
        with suppress(StoreUnavailable):
            await self.troubles.met(vendor, code)
            await self.bulletin.post(DeskEvent("queue", None))
