"""Sends what waits, in order for each address, and never twice.

The state is written before the vendor is called: a message found in ``sending`` belonged to a worker that died in the
call, so nobody knows whether it was taken. It becomes ``uncertain``, is shown on the desk, and is not sent again
(Twilio's and Meta's create calls have no idempotency key). A channel of ours that can tell a repeat is simply repeated.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TypeVar

import structlog

from bot.model import Address, AddressKind, ChannelName, Contact, DeliveryStatus, OutboundMessage, new_id
from bot.ports import Channel, SendError, SendFailure, StoreUnavailable
from bot.redis_queue import RedisOutbox
from bot.redis_store import RedisContacts
from gateway.inbox import OPTED_OUT
from gateway.metrics import Metrics
from gateway.tracing import Tracing

RETRY_FIRST, RETRY_MOST = 0.5, 30.0
STORE_PAUSE = 0.5
LAST_ANSWER = 11.0
"""Seconds for which a stopped worker waits for the vendor's answer; a little more than a call may take."""
GIVE_UP_AFTER = 3600.0
"""Seconds after which a message that the vendor certainly never took is given up: it would only confuse."""
TELEPHONE = f"{AddressKind.TEL}:"
T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OutboxWorker:
    """Works on one outbound message until its fate is known. ``gateway`` is this process's id."""

    outbox: RedisOutbox
    channels: Mapping[ChannelName, Channel]
    contacts: RedisContacts
    metrics: Metrics
    gateway: str = "g"
    tracing: Tracing = field(default_factory=Tracing)

    async def work(self, partition: str, outbound_id: str, to: str = "") -> None:
        """Ends when the message is sent, refused, uncertain, or gone. ``to``: the address it is for, where the entry names it."""
        sender = new_id(self.gateway)
        message, refuses = await asyncio.gather(self._claim(partition, outbound_id, sender), self._refuses(to))
        if message is None:
            return
        if not to:
            refuses = await self._refuses(str(message.address))
        started, wait = monotonic(), RETRY_FIRST
        while (error := await self._send(message, sender, refuses)) is not None and error.failure is SendFailure.RETRY:
            if monotonic() - started > GIVE_UP_AFTER:
                await _until_stored(lambda: self.outbox.settle(message, sender, DeliveryStatus.FAILED, error="gave up"))
                return
            code = error.code or ""
            await _until_stored(lambda code=code: self.outbox.settle(message, sender, DeliveryStatus.QUEUED, error=code))  # type: ignore[misc]
            await asyncio.sleep(error.after or wait * random.uniform(0.5, 1.5))
            wait = min(wait * 2, RETRY_MOST)
            claimed, refuses = await _until_stored(lambda: self._again(message, sender))
            if not claimed:
                return  # another gateway has it now

    async def _again(self, message: OutboundMessage, sender: str) -> tuple[bool, bool]:
        return await asyncio.gather(self.outbox.claim_again(message, sender), self._refuses(str(message.address)))

    async def _refuses(self, to: str) -> bool:
        """Whether the person at this telephone number has refused texts, whoever writes them."""
        if not to.startswith(TELEPHONE):
            return False
        contact = await _until_stored(lambda: self.contacts.find(Address.parse(to)))
        return contact is not None and contact.opted_out

    async def _claim(self, partition: str, outbound_id: str, sender: str) -> OutboundMessage | None:
        message, claimed = await _until_stored(lambda: self.outbox.claim(partition, outbound_id, sender))
        if message is None or claimed:
            return message
        self._count(message, SendFailure.UNCERTAIN.value)
        log.warning("send_uncertain", channel=message.channel.value, conversation=message.conversation_id)
        await _until_stored(lambda: self.outbox.doubt(message, "the gateway stopped while sending"))
        return None

    async def _send(self, message: OutboundMessage, sender: str, refuses: bool) -> SendError | None:
        """Call the vendor once, and keep what it said: also when the worker is stopped in the middle of it."""
        call = asyncio.create_task(self._call(message, sender, refuses))
        try:
            return await asyncio.shield(call)
        except asyncio.CancelledError:
            await asyncio.wait([call], timeout=LAST_ANSWER)
            call.cancel()
            raise

    async def _call(self, message: OutboundMessage, sender: str, refuses: bool) -> SendError | None:
        began = monotonic()
        try:
            if refuses and message.channel is ChannelName.SMS:
                raise SendError("the person refuses text messages", SendFailure.REFUSED, code=OPTED_OUT)
            with self.tracing.span("send", channel=message.channel.value):
                external_ids = await self._channel(message).send(message)
        except SendError as error:
            await self._failed(message, sender, error)
            return error
        except StoreUnavailable as error:  # web chat's log is in Redis, and a repeat of it changes nothing
            return SendError(str(error), SendFailure.RETRY)
        finally:
            self.metrics.stage("send", monotonic() - began)
        self._count(message, "sent")
        await _until_stored(lambda: self.outbox.settle(message, sender, DeliveryStatus.SENT, external_ids=external_ids))
        return None

    def _channel(self, message: OutboundMessage) -> Channel:
        try:
            return self.channels[message.channel]
        except KeyError:
            raise SendError("this channel is not configured", SendFailure.REFUSED) from None

    async def _failed(self, message: OutboundMessage, sender: str, error: SendError) -> None:
        self._count(message, error.failure.value)
        log.warning("send_failed", channel=message.channel.value, failure=error.failure.value, code=error.code)
        why, sent = error.code or error.reason, error.sent_ids
        if error.failure is not SendFailure.RETRY:
            state = DeliveryStatus.UNCERTAIN if error.failure is SendFailure.UNCERTAIN else DeliveryStatus.FAILED
            await _until_stored(lambda: self.outbox.settle(message, sender, state, error=why, external_ids=sent))
        if error.opted_out:
            await _until_stored(lambda: self._opt_out(message))

    async def _opt_out(self, message: OutboundMessage) -> None:
        contact = await self.contacts.find(message.address)
        if contact is not None:
            await self.contacts.update(contact.id, _opted_out)

    def _count(self, message: OutboundMessage, outcome: str) -> None:
        self.metrics.sends.labels(channel=message.channel.value, outcome=outcome).inc()


async def _until_stored(step: Callable[[], Awaitable[T]]) -> T:
    """What is known of a send must be kept: while Redis is away this goes on."""
    while True:
        try:
            return await step()
        except StoreUnavailable:
            await asyncio.sleep(STORE_PAUSE)


def _opted_out(contact: Contact) -> Contact:
    return replace(contact, opted_out=True)
