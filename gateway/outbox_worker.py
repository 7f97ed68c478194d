"""Sends what waits, in order for each address, and never twice.

The state is written before the vendor is called: a message found in ``sending`` belonged to a worker that died in the
call, so nobody knows whether it was taken. It becomes ``uncertain``, is shown on the desk, and is not sent again
(Twilio's and Meta's create calls have no idempotency key). A channel of ours that can tell a repeat is simply repeated.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import monotonic

import structlog

from bot.model import ChannelName, Contact, DeliveryStatus, OutboundMessage
from bot.ports import Channel, Contacts, SendError, SendFailure, StoreUnavailable
from bot.redis_queue import RedisOutbox
from gateway.metrics import Metrics

RETRY_FIRST, RETRY_MOST = 0.5, 30.0
GIVE_UP_AFTER = 3600.0
"""Seconds after which a message that the vendor certainly never took is given up: it would only confuse."""
REPEATABLE = frozenset({ChannelName.WEB})
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OutboxWorker:
    """Works on one outbound message until its fate is known."""

    outbox: RedisOutbox
    channels: Mapping[ChannelName, Channel]
    contacts: Contacts
    metrics: Metrics

    async def work(self, partition: str, outbound_id: str) -> None:
        """Ends when the message is sent, refused, uncertain, or gone."""
        message = await self._claim(partition, outbound_id)
        if message is None:
            return
        started, wait = monotonic(), RETRY_FIRST
        while True:
            error = await self._send(message)
            if error is None or error.failure is not SendFailure.RETRY:
                return
            if monotonic() - started > GIVE_UP_AFTER:
                await self._mark(message, DeliveryStatus.FAILED, "gave up")
                return
            await self._mark(message, DeliveryStatus.QUEUED, error.code or "")
            await asyncio.sleep(error.after or wait * random.uniform(0.5, 1.5))
            await self._mark(message, DeliveryStatus.SENDING)
            wait = min(wait * 2, RETRY_MOST)

    async def _claim(self, partition: str, outbound_id: str) -> OutboundMessage | None:
        while True:
            try:
                found = await self.outbox.load(partition, outbound_id)
                if found is None:
                    return None
                message, state = found
                if state is DeliveryStatus.SENDING and message.channel not in REPEATABLE:
                    self.metrics.sends.labels(channel=message.channel.value, outcome="uncertain").inc()
                    await self.outbox.mark(message, DeliveryStatus.UNCERTAIN, "the gateway stopped while sending")
                    return None
                if state not in (DeliveryStatus.QUEUED, DeliveryStatus.SENDING):
                    return None
                await self.outbox.mark(message, DeliveryStatus.SENDING)
                return message
            except StoreUnavailable:
                await asyncio.sleep(RETRY_FIRST)

    async def _send(self, message: OutboundMessage) -> SendError | None:
        try:
            external_ids = await self.channels[message.channel].send(message)
        except SendError as error:
            await self._failed(message, error)
            return error
        except StoreUnavailable as error:  # web chat's log is in Redis, and a repeat of it changes nothing
            return SendError(str(error), SendFailure.RETRY)
        self.metrics.sends.labels(channel=message.channel.value, outcome="sent").inc()
        await self._until_stored(message, external_ids)
        return None

    async def _failed(self, message: OutboundMessage, error: SendError) -> None:
        self.metrics.sends.labels(channel=message.channel.value, outcome=error.failure.value).inc()
        log.warning(
            "send_failed", channel=message.channel.value, failure=error.failure.value, code=error.code, reason=error.reason
        )
        if error.opted_out and (contact := await self.contacts.find(message.address)):
            await self.contacts.save(_opted_out(contact))
        if error.sent_ids:
            await self._until_stored(message, list(error.sent_ids), DeliveryStatus.SENDING)
        if error.failure is SendFailure.UNCERTAIN:
            await self._mark(message, DeliveryStatus.UNCERTAIN, error.code or "no answer")
        elif error.failure is SendFailure.REFUSED:
            await self._mark(message, DeliveryStatus.FAILED, error.code or error.reason)

    async def _until_stored(
        self, message: OutboundMessage, external_ids: list[str], state: DeliveryStatus = DeliveryStatus.SENT
    ) -> None:
        while True:
            try:
                await self.outbox.taken(message, external_ids, state)
                return
            except StoreUnavailable:
                await asyncio.sleep(RETRY_FIRST)

    async def _mark(self, message: OutboundMessage, state: DeliveryStatus, error: str = "") -> None:
        while True:
            try:
                await self.outbox.mark(message, state, error)
                return
            except StoreUnavailable:
                await asyncio.sleep(RETRY_FIRST)


def _opted_out(contact: Contact) -> Contact:
    return replace(contact, opted_out=True)
