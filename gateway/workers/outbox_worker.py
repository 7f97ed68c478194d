"""Sends what waits, in order for each address, and never twice.

The state is written before the vendor is called: a message found in ``sending`` belonged to a worker that died in the
call, so nobody knows whether it was taken. It becomes ``uncertain``, is shown on the desk, and is not sent again
(Twilio's and Meta's create calls have no idempotency key). A channel of ours that can tell a repeat is simply repeated.

What was certainly not taken is tried again for as long as it makes sense (``gateway.workers.trying_again``); whatever does
not arrive goes to ``gateway.observe.undelivered``, where people see it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TypeVar

import structlog

from bot.facts.people import refused_by_vendor
from bot.model import Address, AddressKind, ChannelName, Contact, DeliveryStatus, OutboundMessage, new_id, now
from bot.ports import Channel, Clock, Facts, NoFacts, SendError, SendFailure, StoreUnavailable
from bot.redis_store.contacts import RedisContacts
from bot.redis_store.queue import RedisOutbox
from gateway.observe.metrics import Metrics
from gateway.observe.tracing import Tracing
from gateway.observe.undelivered import Undelivered
from gateway.workers.inbox import OPTED_OUT
from gateway.workers.trying_again import Patience, too_old

STORE_PAUSE = 0.5
LAST_ANSWER = 11.0
"""Seconds for which a stopped worker waits for the vendor's answer; a little more than a call may take."""
ABOUT_TEXTS = frozenset({"utter_opted_out", "utter_opted_in", "utter_opt_out_how"})
"""The one answer to a wish about our texts, which also goes to somebody who refuses all others."""
TELEPHONE = f"{AddressKind.TEL}:"
T = TypeVar("T")
Rest = Callable[[float], Awaitable[None]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxWorker:
    """Works on one outbound message until its fate is known. ``gateway`` is this process's id."""

    outbox: RedisOutbox
    channels: Mapping[ChannelName, Channel]
    contacts: RedisContacts
    metrics: Metrics
    undelivered: Undelivered
    gateway: str = "g"
    tracing: Tracing = field(default_factory=Tracing)
    clock: Clock = now
    facts: Facts = field(default_factory=NoFacts)

    async def work(self, partition: str, outbound_id: str, to: str = "", rest: Rest = asyncio.sleep) -> None:
        """Ends when the message is sent, refused, uncertain, given up, or gone.

        ``to``: the address it is for, where the entry names it. ``rest``: waits between two tries, in nobody's way.
        """
        sender = new_id(self.gateway)
        message, refuses = await asyncio.gather(self._claim(partition, outbound_id, sender), self._refuses(to))
        if message is None:
            return
        if not to:
            refuses = await self._refuses(str(message.address))
        patience, error = Patience(message), None
        while True:
            if late := too_old(message, error, self.clock()):
                await self._give_up(message, sender, late)
                return
            before, error = error, await self._send(message, sender, refuses)
            if error is None or not patience.again(error):
                await self._over(message, before, error)
                return
            code = error.code or ""
            await _until_stored(lambda code=code: self.outbox.settle(message, sender, DeliveryStatus.QUEUED, error=code))  # type: ignore[misc]
            await rest(patience.pause(error, self.clock()))
            claimed, refuses = await _until_stored(lambda: self._again(message, sender))
            if not claimed:
                return  # another gateway has it now

    async def _again(self, message: OutboundMessage, sender: str) -> tuple[bool, bool]:
        return await asyncio.gather(self.outbox.claim_again(message, sender), self._refuses(str(message.address)))

    async def _give_up(self, message: OutboundMessage, sender: str, why: str) -> None:
        self._count(message, why)
        log.warning("send_given_up", channel=message.channel.value, conversation=message.conversation_id, why=why)
        await _until_stored(lambda: self.outbox.settle(message, sender, DeliveryStatus.FAILED, error=why))
        await self.undelivered.lost(message, why)

    async def _over(self, message: OutboundMessage, before: SendError | None, error: SendError | None) -> None:
        """It went, or will not: tell whoever must know. ``before``: what the try before this one met."""
        if error is None:
            if before is not None and before.account:
                await self.undelivered.mended(message, before)
        else:
            await self.undelivered.lost(message, error.code or error.reason)

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
        await self.undelivered.lost(message, "")
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
            if refuses and message.channel is ChannelName.SMS and message.reply.response not in ABOUT_TEXTS:
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
        lost = await _until_stored(lambda: self.outbox.settle(message, sender, DeliveryStatus.SENT, external_ids=external_ids))
        if lost is not None:  # the vendor's report was quicker than its answer
            await self.undelivered.reported(lost, await _until_stored(lambda: self.outbox.error_of(lost)))
        return None

    def _channel(self, message: OutboundMessage) -> Channel:
        try:
            return self.channels[message.channel]
        except KeyError:
            raise SendError("this channel is not configured", SendFailure.REFUSED) from None

    async def _failed(self, message: OutboundMessage, sender: str, error: SendError) -> None:
        self._count(message, error.failure.value)
        log.warning("send_failed", channel=message.channel.value, failure=error.failure.value, code=error.code)
        if error.account:
            await self.undelivered.account(message, error)
        why, sent = error.code or error.reason, error.sent_ids
        if not Patience(message).again(error):
            state = DeliveryStatus.UNCERTAIN if error.failure is SendFailure.UNCERTAIN else DeliveryStatus.FAILED
            await _until_stored(lambda: self.outbox.settle(message, sender, state, error=why, external_ids=sent))
        if error.opted_out:
            await _until_stored(lambda: self._opt_out(message))

    async def _opt_out(self, message: OutboundMessage) -> None:
        contact = await self.contacts.find(message.address)
        if contact is not None:
            await self.facts.once(refused_by_vendor(message.id, message.address, contact, self.clock()))
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
