"""Takes what came, in order for each address, and gives each message its turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from time import monotonic

import structlog

from bot.agent_desk.workspace import outbound
from bot.conversation.assistant import TurnPostponed
from bot.conversation.conversations import Conversations
from bot.handoff.availability import PERSON
from bot.menus.menu import Menu
from bot.model import Address, Author, Contact, InboundMessage, Option, OutboundMessage, Reply, stable_id
from bot.ports import Clock, ContactAsleep, Contacts, StoreUnavailable, TurnResult, Wording
from bot.ports.stores import Codes, Locks, Menus, Outbox
from bot.transcript.notice import addressed, told_to, worded
from gateway.observe.metrics import Metrics
from gateway.observe.tracing import Tracing

RETRY_FIRST, RETRY_MOST = 0.25, 5.0
KEPT_NOTICE_AFTER = 5.0
"""Seconds without the assistant before the customer is told that the message is kept."""
log = structlog.get_logger()

Typing = Callable[[Address, bool], Awaitable[None]]


async def _nobody(_: Address) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxWorker:
    """Works on one message until it is answered; never loses it, never answers it twice."""

    conversations: Conversations
    contacts: Contacts
    outbox: Outbox
    codes: Codes
    menus: Menus
    locks: Locks
    wording: Wording
    metrics: Metrics
    clock: Clock
    typing: Typing
    turns_at_once: asyncio.Semaphore
    tracing: Tracing = field(default_factory=Tracing)
    with_person: Callable[[Address], Awaitable[bool]] = _nobody
    """Whether a person has this sender's conversation."""

    async def work(self, message: InboundMessage) -> None:
        """Ends when the message has been answered (or was handed to a person) and the replies are in the outbox."""
        started, wait = monotonic(), RETRY_FIRST
        while True:
            try:
                await self._turn(message)
                return
            except TurnPostponed:
                self.metrics.failures.labels(part="rasa").inc()
                if monotonic() - started > KEPT_NOTICE_AFTER:
                    await self._tell_it_is_kept(message)
            except ContactAsleep:
                self.metrics.failures.labels(part="records").inc()
                if monotonic() - started > KEPT_NOTICE_AFTER:
                    await self._tell_it_is_kept(message)
            except StoreUnavailable:
                self.metrics.failures.labels(part="redis").inc()
            await asyncio.sleep(wait)
            wait = min(wait * 2, RETRY_MOST)

    async def apologise(self, message: InboundMessage) -> None:
        """The message failed again and again and is set aside: say so, with the offer of a person. Raises StoreUnavailable."""
        if message.hand_back:
            return  # the customer has said nothing; the next that they say is answered
        contact = await self.contacts.find_or_create(message.sender)
        with told_to(contact):
            offer = Option(self.wording.say("utter_offer_person", message.channel), PERSON)
            reply = replace(worded(self.wording, "utter_turn_failed", message.channel), options=(offer,))
        menu_id = stable_id("m", message.id)
        menu = Menu(menu_id, reply.options, self.clock(), message.channel)
        async with self.locks.hold(contact.conversation_id):
            shown = await self.menus.get(contact.conversation_id)
            await self.menus.save(contact.conversation_id, shown.then(message.channel, menu))
        await self.outbox.put([self._own(message, "failed", contact.conversation_id, reply, menu_id)])

    async def _turn(self, message: InboundMessage) -> None:
        # between a customer and an agent nobody waits for a slow assistant, and the assistant does not seem to type
        with_person = await self.with_person(message.sender)
        async with nullcontext() if with_person else self.turns_at_once:
            begun = monotonic()
            self.metrics.stage("queue", max(0.0, (self.clock() - message.received_at).total_seconds()))
            if not with_person:
                await self.typing(message.sender, True)
            with self.tracing.span("turn", channel=message.channel.value):
                result = await self.conversations.receive(message, lambda it: self.outbox.put(outbound(it, message, self.clock)))
        await self.typing(message.sender, False)
        self._note(message, result, monotonic() - begun)

    def _note(self, message: InboundMessage, result: TurnResult, seconds: float) -> None:
        owner = "person" if result.handoff else "bot"
        self.metrics.turn(message.channel, owner, seconds)
        self.metrics.stage("turn", seconds)
        log.info(
            "turn",
            conversation=result.conversation_id,
            channel=message.channel.value,
            owner=owner,
            replies=len(result.replies),
            ms=round(seconds * 1000),
            waited_ms=round((self.clock() - message.received_at).total_seconds() * 1000),
        )

    async def _tell_it_is_kept(self, message: InboundMessage) -> None:
        """Once per address and ten minutes: an outage must not become a flood."""
        if message.hand_back:
            return
        try:
            if not await self.codes.allow(f"kept:{message.sender}", 1, 600):
                return
            contact, place = await self._place(message)
            kept = addressed(self.wording, contact, "utter_message_kept", message.channel)
            await self.outbox.put([self._own(message, "kept", place, kept)])
        except StoreUnavailable:
            return  # Redis is away too; the message itself is safe in it

    async def _place(self, message: InboundMessage) -> tuple[Contact | None, str]:
        """Whose message it is, and their conversation."""
        try:
            contact = await self.contacts.find_or_create(message.sender)
        except ContactAsleep as asleep:
            return None, asleep.conversation_id
        return contact, contact.conversation_id

    def _own(
        self, message: InboundMessage, kind: str, conversation_id: str, reply: Reply, menu_id: str | None = None
    ) -> OutboundMessage:
        """Words of the gateway itself about a message; at most one of a kind."""
        return OutboundMessage(
            id=f"{message.id}>{kind}",
            conversation_id=conversation_id,
            channel=message.channel,
            address=message.sender,
            reply=reply,
            author=Author.NOTICE,
            created_at=self.clock(),
            menu_id=menu_id,
            ours=message.ours,
        )
