"""What the desk may do: look, accept, reply, close (``bot.ports.People``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.agent_desk.dealing import Dealing, Workers, nobody_works
from bot.agent_desk.ending import Ending
from bot.agent_desk.glances import Glances
from bot.agent_desk.helping import Helping
from bot.agent_desk.pauses import Pauses
from bot.agent_desk.returning import GRACE, Absent, Returning, nobody_absent
from bot.agent_desk.starting import Starting, any_time
from bot.agent_desk.steps import Steps
from bot.agent_desk.telling import Telling
from bot.agent_desk.transfers import AtDesk, Missed, Transfers, nobody_missed
from bot.door.outgoing import unreadable
from bot.handoff.availability import Staffing
from bot.handoff.hand_back import HandingBack
from bot.handoff.holding import holding
from bot.handoff.lifecycle import HandoffBook
from bot.handoff.reach import Reach
from bot.identity.links import Linking, LinkRefused
from bot.model import (
    Attachment,
    Author,
    ChannelName,
    Closing,
    Contact,
    Handoff,
    InboundMessage,
    LineAct,
    Media,
    OutboundMessage,
)
from bot.model.agent_steps import AgentStep
from bot.model.queues import Queues
from bot.ports import (
    AlreadyAccepted,
    Attachments,
    Calls,
    Clock,
    Contacts,
    DeskEvent,
    DialogueUnavailable,
    Doubt,
    EarlierLines,
    Facts,
    Glance,
    HandoffRefused,
    HandoffView,
    LinkFact,
    NoFacts,
    SendError,
    Sound,
    Telephone,
    TurnResult,
    Wording,
)
from bot.ports.phone_line import Wait, Waits
from bot.ports.stores import Bulletin, LinkRecord, Locks, Outbox
from bot.routing.line import in_order
from bot.switching.preferred_channel import Preferences
from bot.transcript.log import Lines
from bot.transcript.paging import LinesPage, page_of
from bot.transcript.repeats import Questions

LONGEST_REPLY = 1500
"""Characters; the least that every channel takes in one message (SMS bodies end at 1,600)."""


async def nobody_at_desk() -> Collection[str]:
    """Where nobody knows who is there."""
    return ()


def outbound(result: TurnResult, message: InboundMessage, clock: Clock) -> list[OutboundMessage]:
    """A turn's replies as messages to its sender; ids follow from the message's, so that a repeat sends nothing twice."""
    return [
        OutboundMessage(
            id=f"{message.id}>{number}",
            conversation_id=result.conversation_id,
            channel=message.channel,
            address=message.sender,
            reply=reply,
            author=Author.BOT,
            created_at=clock(),
            menu_id=result.menu_id if reply.options else None,
            ours=message.ours,
        )
        for number, reply in enumerate(result.replies, 1)
    ]


def _of_page(doubts: Sequence[Doubt], page: LinesPage, *, last: bool = False) -> tuple[Doubt, ...]:
    """Those that belong to lines of this page; of a page that is the ``last`` of others, none that came after it."""
    if not page.lines:
        return () if last else tuple(doubts)
    first, end = page.lines[0].at, page.lines[-1].at
    here = (one for one in doubts if page.earlier is None or one.message.created_at >= first)
    return tuple(one for one in here if not last or one.message.created_at <= end)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The agents' side of a conversation."""

    handoffs: HandoffBook
    contacts: Contacts
    calls: Calls
    handing_back: HandingBack
    linking: Linking
    lines: Lines
    outbox: Outbox
    locks: Locks
    bulletin: Bulletin
    telephone: Telephone
    wording: Wording
    clock: Clock
    name_of: Callable[[str], Awaitable[str]]
    """An agent's name as customers read it, by username."""
    staffing: Staffing | None = None
    waits: Waits | None = None
    questions: Questions = field(default_factory=Questions)
    preferences: Preferences | None = None
    attachments: Attachments | None = None
    facts: Facts = field(default_factory=NoFacts)
    queues: Queues = field(default_factory=Queues)
    at_desk: AtDesk = nobody_at_desk
    absent: Absent = nobody_absent
    grace: timedelta = GRACE
    workers: Workers = nobody_works
    missed: Missed = nobody_missed
    may_write: Callable[[datetime], bool] = any_time

    @property
    def reach(self) -> Reach:
        """Where the customer is reached."""
        return self.handing_back.reach

    @property
    def telling(self) -> Telling:
        """Words to a customer."""
        return Telling(
            handoffs=self.handoffs,
            contacts=self.contacts,
            reach=self.reach,
            lines=self.lines,
            outbox=self.outbox,
            wording=self.wording,
            clock=self.clock,
            name_of=self.name_of,
            staffing=self.staffing,
            questions=self.questions,
            facts=self.facts,
        )

    @property
    def steps(self) -> Steps:
        """What may be done with a handoff's life."""
        telling, locks, queues = self.telling, self.locks, self.queues
        returning = Returning(telling=telling, locks=locks, absent=self.absent, grace=self.grace)
        return Steps(
            transfers=Transfers(
                telling=telling, locks=locks, returning=returning, at_desk=self.at_desk, queues=queues, missed=self.missed
            ),
            helping=Helping(telling=telling, at_desk=self.at_desk),
            dealing=Dealing(book=self.handoffs, locks=locks, workers=self.workers, rules=self.handoffs.rules),
            pauses=Pauses(telling=telling, locks=locks),
            returning=returning,
            ending=Ending(telling=telling, locks=locks, handing_back=self.handing_back, telephone=self.telephone, queues=queues),
        )

    def _holding(self, handoff_id: str) -> AbstractAsyncContextManager[Handoff]:
        return holding(handoff_id, self.handoffs, self.locks)

    async def listing(self) -> list[Handoff]:
        """The open handoffs: who waits and is there, who waits and has left, then the others; the longest waiting first."""
        found = await self.handoffs.handoffs.listing()
        return sorted(found, key=lambda h: (not h.waits, not h.here, in_order(h)))

    async def glances(self) -> list[Glance]:
        """The open handoffs as rows of the desk."""
        return await self._glances.all()

    async def glance(self, handoff_id: str) -> Glance | None:
        """One of them; None when it is not open any more."""
        return await self._glances.one(handoff_id)

    async def closed(self, before: datetime | None, limit: int) -> list[Glance]:
        """Closed ones, the last to be closed first."""
        return await self._glances.closed(before, limit)

    @property
    def _glances(self) -> Glances:
        return Glances(self.handoffs.handoffs, self.contacts, self.lines, self.clock)

    async def view(self, handoff_id: str) -> HandoffView:
        """Everything of one handoff as it is now."""
        handoff = await self.handoffs.get(handoff_id)
        contact = await self.contacts.of_conversation(handoff.conversation_id)
        page, known = await page_of(self.lines, handoff.conversation_id), await self.telling.known(handoff.conversation_id)
        said = page.lines
        place = await self.reach.of(contact, handoff)
        return HandoffView(
            handoff,
            contact,
            said if len(said) >= len(handoff.packet.transcript) else handoff.packet.transcript,
            known.slots or handoff.packet.slots,
            place.channel,
            _of_page(await self.outbox.doubts(handoff.conversation_id), page),
            await self.telephone.state(handoff.id) if handoff.open and handoff.call_sid else None,
            await self._links(contact) if contact else (),
            repeats=known.repeats,
            prefers=self._prefers(contact),
            call=await self.calls.get(handoff.call_sid) if handoff.call_sid else None,
            unreachable=place.why,
            ways=tuple(way.channel for way in await self.reach.ways(contact, handoff) if way.channel),
            earlier=page.earlier,
            whole=page.whole,
        )

    async def earlier(self, handoff_id: str, before: int) -> EarlierLines:
        """Lines of its conversation before event number ``before``."""
        handoff = await self.handoffs.get(handoff_id)
        page = await page_of(self.lines, handoff.conversation_id, before)
        doubts = await self.outbox.doubts(handoff.conversation_id)
        return EarlierLines(page.lines, page.earlier, _of_page(doubts, page, last=True))

    def _prefers(self, contact: Contact | None) -> ChannelName | None:
        chosen = self.preferences.chosen(contact) if self.preferences and contact else None
        return chosen[0] if chosen else None

    async def accept(self, handoff_id: str, agent: str, phone: str | None, instead_of: str | None = None) -> Handoff:
        """Take it, also from a colleague who has left the desk (``instead_of``), tell the customer, and ring the agent's phone
        when the customer waits on a call."""
        async with self._holding(handoff_id) as before:
            self._may_call_back(before)
            try:
                handoff = await self.handoffs.accept(handoff_id, agent, phone=phone is not None, instead_of=instead_of)
            except AlreadyAccepted as taken:
                name = await self.name_of(taken.by)
                raise HandoffRefused(f"{name} has already accepted this conversation.") from taken
            new = before.agent != agent
            if before.waits and not before.why:
                await self._measure(handoff)
            if new and not (handoff.callback and phone):
                called = handoff.call_sid and phone
                await self.telling.joined(handoff, "utter_agent_on_call" if called else "utter_agent_joined", agent)
        if phone and (handoff.call_sid or handoff.callback):
            await self._ring(handoff, phone)
        return handoff

    async def reply(self, handoff_id: str, agent: str, text: str, cause: str, via: ChannelName | None = None) -> ChannelName:
        """Send the agent's words to where the customer is, or ``via`` another way that leads to them, once for the ``cause``;
        the channel they go to."""
        text, _ = unreadable(text)
        if not text.strip():
            raise HandoffRefused("Write something first.")
        if len(text) > LONGEST_REPLY:
            raise HandoffRefused(f"That is {len(text)} characters; {LONGEST_REPLY} is the most that reaches every channel.")
        await self._answered_by(handoff_id, agent)
        async with self._holding(handoff_id):
            handoff = await self._answered_by(handoff_id, agent)
            if agent in handoff.helpers:
                await self.telling.joined(handoff, "utter_agent_joined", agent)
            elif handoff.unannounced:
                await self.telling.joined(handoff, "utter_agent_joined", agent)
                await self.handoffs.change(handoff_id, lambda now: replace(now, unannounced=False))
            return await self.telling.send(handoff, text.strip(), Author.AGENT, agent, f"{handoff_id}:{agent}:{cause}", via=via)

    async def _answered_by(self, handoff_id: str, agent: str) -> Handoff:
        """The handoff, when this agent may write to its customer: it is theirs, or they are in it."""
        handoff = await self.handoffs.get(handoff_id)
        return handoff if handoff.held and agent in handoff.helpers else await self._assigned_to(handoff_id, agent)

    async def _assigned_to(self, handoff_id: str, agent: str) -> Handoff:
        try:
            return await self.handoffs.assigned_to(handoff_id, agent)
        except AlreadyAccepted as taken:
            raise await self.telling.named(taken) from taken

    async def close(self, handoff_id: str, agent: str, outcome: str, closing: Closing | None = None) -> None:
        """Give the conversation back to the bot (``bot.agent_desk.ending``). ``outcome``: what was agreed, for the customer."""
        await self.steps.ending.close(handoff_id, agent, outcome, closing)

    async def take(self, conversation_id: str, agent: str) -> Handoff:
        """From the assistant, or from nobody (``bot.agent_desk.starting``)."""
        starting = Starting(telling=self.telling, locks=self.locks, calls=self.calls, may_write=self.may_write)
        return await starting.take(conversation_id, agent)

    async def step(self, handoff_id: str, agent: str, step: AgentStep) -> None:
        """A step of the handoff's life."""
        await self.steps.take(handoff_id, agent, step)

    async def look(self) -> int:
        """What the clock does with handoffs (``bot.agent_desk.steps``); how much was done. Raises StoreUnavailable."""
        return await self.steps.look()

    async def over(self, limit: int, before: datetime | None = None) -> list[Handoff]:
        """Those that no person has any more, the latest first."""
        return await self.handoffs.handoffs.over(limit, before)

    async def to_do(self, agent: str) -> list[Handoff]:
        """What is over and this agent has yet to write up, or wants to be reminded of now."""
        moment, store = self.clock(), self.handoffs.handoffs
        found = (*await store.unwritten(), *await store.reminders(moment))
        return [one for one in found if one.agent == agent]

    async def act(self, handoff_id: str, agent: str, act: LineAct, to: str) -> None:
        """Something with the phone call; listening is the only thing that others than its agent may ask for."""
        listening = act in (LineAct.LISTEN, LineAct.COACH)
        handoff = await (self.handoffs.get(handoff_id) if listening else self.handoffs.assigned_to(handoff_id, agent))
        if act is LineAct.CALL:
            self._may_call_back(handoff)
        try:
            await self.telephone.act(handoff, act, agent, to)
        except SendError as error:
            raise HandoffRefused(error.reason) from error

    async def sound(self, handoff_id: str, recording: str, part: str = "") -> Sound | None:
        """Only what belongs to this conversation."""
        handoff = await self.handoffs.get(handoff_id)
        if recording not in (*(one.recording for one in handoff.voicemails), *handoff.recordings):
            return None
        try:
            return await self.telephone.sound(recording, part)
        except SendError as error:
            raise HandoffRefused(error.reason) from error

    async def attachment(self, handoff_id: str, key: str) -> Attachment | None:
        """Only what came in this conversation."""
        handoff = await self.handoffs.get(handoff_id)
        found = await self._media(handoff, key)
        if found is None or self.attachments is None:
            return None
        try:
            return await self.attachments.fetch(found)
        except SendError as error:
            raise HandoffRefused(error.reason) from error

    async def _media(self, handoff: Handoff, key: str) -> Media | None:
        """Most are on the newest page; an older one is looked for from there on."""
        said, before = handoff.packet.transcript, None
        while True:
            page = await page_of(self.lines, handoff.conversation_id, before)
            said = (*said, *page.lines)
            if found := next((media for line in said for media in line.media if media.key == key), None):
                return found
            if page.earlier is None:
                return None
            said, before = (), page.earlier

    async def unlink(self, handoff_id: str, agent: str, link_id: str) -> None:
        """Take apart what was joined into this contact; each side gets its conversation back."""
        handoff = await self.handoffs.assigned_to(handoff_id, agent)
        linking = self.linking
        if link_id not in {link.id for link in await linking.links.of(handoff.contact_id)}:
            raise HandoffRefused("There is no such link.")
        try:
            link = await linking.undo_by_agent(link_id, agent)
        except LinkRefused as refused:
            raise HandoffRefused(str(refused)) from refused
        except DialogueUnavailable as error:
            raise HandoffRefused("The assistant's records cannot be reached just now. Please try again.") from error
        await linking.tell_elsewhere(link, "utter_unlinked_elsewhere", link.id)
        await linking.tell_here(link, "utter_unlinked_by_agent", link.id)
        await self.handoffs.new_line(handoff)

    async def _links(self, contact: Contact) -> tuple[LinkFact, ...]:
        found = await self.linking.links.of(contact.id)
        return tuple(_fact(one, contact.id) for one in found)

    async def tell_of_leaving(self) -> int:
        """Tell each customer whose agent left, or put them back in line, once; how many. Raises StoreUnavailable."""
        return await self.steps.returning.tell_all()

    def watch(self) -> AsyncIterator[DeskEvent]:
        """What changes, as it changes."""
        return self.bulletin.watch()

    def _may_call_back(self, handoff: Handoff) -> None:
        """A customer who was not reached is given some time."""
        back = handoff.callback
        if back and back.not_before and not handoff.call_sid and self.clock() < back.not_before:
            minutes = -(-(back.not_before - self.clock()).total_seconds() // 60)
            raise HandoffRefused(f"The customer was not reached ({back.result}). They are called again in {minutes:g} minutes.")

    async def _measure(self, handoff: Handoff) -> None:
        """Keep how long somebody has waited: the next ones are told by it. What was written while nobody works tells nothing."""
        by_phone, staffing = handoff.channel is ChannelName.VOICE, self.staffing
        in_hours = staffing is not None and staffing.hours_of(handoff.queue).open_at(handoff.opened_at)
        if self.waits and handoff.assigned_at and (by_phone or in_hours):
            waited = (handoff.assigned_at - handoff.opened_at).total_seconds()
            await self.waits.record(handoff.queue, Wait(waited, handoff.place, handoff.assigned_at))

    async def _ring(self, handoff: Handoff, phone: str) -> None:
        try:
            await self.telephone.ring_agent(handoff, phone)
        except SendError as error:
            raise HandoffRefused(f"Your phone could not be rung ({error.reason}). Reply here instead.") from error


def _fact(link: LinkRecord, contact_id: str) -> LinkFact:
    """A link as one of its two sides sees it: with the other's addresses."""
    other = link.before[1] if link.before[0].id == contact_id else link.before[0]
    joined = tuple(known.address for known in other.addresses)
    return LinkFact(link.id, link.at, joined, link.undone_at, link.how, link.undone_by)
