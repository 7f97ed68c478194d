"""The parts of a phone line, handed to each other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from bot.languages.declared import Languages
from bot.model import Reply
from bot.ports import Calls, Clock, Contacts, Conversations, Handoffs, Wording
from bot.switching.call_me import Rings
from bot.switching.dial_in import DialIns
from connectors.twilio.client import TwilioAccount, TwilioClient
from connectors.wire import OnRefused
from voice.agents.agent_leg import AgentLeg
from voice.agents.customer_leg import CustomerLeg
from voice.agents.offers import Offers
from voice.agents.people_line import PeopleLine, PeopleParts
from voice.agents.queue import WaitingRoom
from voice.agents.room import RoomKeeper
from voice.agents.typed_talk import TypedTalk
from voice.attestation import OFF
from voice.flow import CallFlow
from voice.gather.forms import VoiceForm
from voice.gather.steps import Claims, Edge, Steps, Work
from voice.relay.routes import RelayOptions
from voice.script import Tongues
from voice.speech.prompts import Prompts


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a phone line stands on.

    ``claims``: which steps are worked on, here or at another gateway. ``turn_deadline``: seconds a webhook waits for a turn
    before the caller hears a filler (10 at most).
    ``render``: a Reply's words with its options. ``on_refused``: counts requests turned away.
    ``people``: the waiting line, agents' phones and what is offered instead. ``prompts``: what the designers set.
    ``relay``: which calls go over ConversationRelay instead (none without it). ``rings``: calls that customers ask for;
    ``dial_ins``: codes that bring a call into a chat's thread. ``languages``: those of the business; ``abroad``: what is set
    for the questions in each that the line speaks beside the files' own.
    """

    account: TwilioAccount
    client: TwilioClient
    conversations: Conversations
    calls: Calls
    handoffs: Handoffs
    contacts: Contacts
    wording: Wording
    render: Callable[[Reply], str]
    claims: Claims
    clock: Clock
    turn_deadline: float
    on_refused: OnRefused
    people: PeopleParts
    prompts: Prompts = field(default_factory=Prompts)
    relay: RelayOptions | None = None
    least_attestation: str = OFF
    rings: Rings | None = None
    dial_ins: DialIns | None = None
    languages: Languages = field(default_factory=Languages)
    abroad: Mapping[str, Prompts] = field(default_factory=dict)

    @property
    def tongues(self) -> Tongues:
        """How each language of the line is heard and spoken."""
        return Tongues.of(self.prompts, self.languages, self.abroad)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """What the routes lend to their neighbours: ``form`` checks the signature and reads, ``raw`` gives the fields as they came,
    ``in_step`` answers a step of the bot's."""

    form: Callable[[web.Request], Awaitable[VoiceForm]]
    raw: Callable[[web.Request], Awaitable[Mapping[str, str]]]
    in_step: Callable[[VoiceForm, int, str, Work], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineParts:
    """What the routes hand their requests to. ``customer``: calls that customers ask for."""

    edge: Edge
    steps: Steps
    flow: CallFlow
    room: WaitingRoom
    people: PeopleLine
    customer: CustomerLeg | None


def line_parts(needs: Needs, requests: Requests) -> LineParts:
    """Each part is given the ones that it asks."""
    edge = Edge(needs.wording, needs.tongues)
    steps = Steps(needs.calls, needs.claims, edge, needs.turn_deadline)
    offers = _offers(needs)
    flow = _flow(needs, offers)
    given = needs.people
    room = WaitingRoom(
        flow=flow,
        calls=needs.calls,
        waits=given.waits,
        settings=given.settings,
        errands=given.errands,
        nobody=offers.nobody,
    )
    return LineParts(
        edge=edge,
        steps=steps,
        flow=flow,
        room=room,
        people=_people(needs, requests, edge=edge, steps=steps, offers=offers, flow=flow, room=room),
        customer=_customer(needs, needs.rings, requests, flow) if needs.rings else None,
    )


def _offers(needs: Needs) -> Offers:
    return Offers(
        calls=needs.calls,
        handoffs=needs.handoffs,
        errands=needs.people.errands,
        wording=needs.wording,
        clock=needs.clock,
        tongues=needs.tongues,
        settings=needs.people.settings,
        national=needs.account.voice_number.startswith("+1"),
        available=needs.people.available,
        rules=needs.people.rules,
    )


def _flow(needs: Needs, offers: Offers) -> CallFlow:
    return CallFlow(
        conversations=needs.conversations,
        calls=needs.calls,
        handoffs=needs.handoffs,
        contacts=needs.contacts,
        wording=needs.wording,
        render=needs.render,
        clock=needs.clock,
        tongues=needs.tongues,
        reception=offers,
        least_attestation=needs.least_attestation,
        dial_ins=needs.dial_ins,
    )


def _people(
    needs: Needs, requests: Requests, *, edge: Edge, steps: Steps, offers: Offers, flow: CallFlow, room: WaitingRoom
) -> PeopleLine:
    given, agent = needs.people, _agent(needs)
    return PeopleLine(
        client=needs.client,
        calls=needs.calls,
        rooms=given.rooms,
        errands=given.errands,
        wording=needs.wording,
        flow=flow,
        room=room,
        offers=offers,
        typed=TypedTalk(flow, needs.calls),
        agent=agent,
        keeper=RoomKeeper(account=needs.account, client=needs.client, rooms=given.rooms, errands=given.errands, agent=agent),
        steps=steps,
        edge=edge,
        settings=given.settings,
        tongues=needs.tongues,
        form=requests.form,
        raw=requests.raw,
        in_step=requests.in_step,
        on_effort=given.on_effort,
        supervises=given.supervises,
    )


def _agent(needs: Needs) -> AgentLeg:
    return AgentLeg(
        account=needs.account,
        client=needs.client,
        calls=needs.calls,
        handoffs=needs.handoffs,
        errands=needs.people.errands,
        rooms=needs.people.rooms,
        wording=needs.wording,
        clock=needs.clock,
        tongues=needs.tongues,
        settings=needs.people.settings,
    )


def _customer(needs: Needs, rings: Rings, requests: Requests, flow: CallFlow) -> CustomerLeg:
    return CustomerLeg(
        account=needs.account,
        client=needs.client,
        calls=needs.calls,
        contacts=needs.contacts,
        rings=rings,
        errands=needs.people.errands,
        flow=flow,
        wording=needs.wording,
        clock=needs.clock,
        tongues=needs.tongues,
        form=requests.form,
        in_step=requests.in_step,
    )
