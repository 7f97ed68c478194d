"""Puts the parts together: the one place that knows which adapter stands behind which port."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import redis.asyncio as redis

from bot.callbacks import Redialler
from bot.continuity import CarryOver
from bot.conversation import Conversations
from bot.dialling import DialIns
from bot.errands import Errands
from bot.factor import Pins
from bot.handoff import HandoffBook
from bot.identity import Identity
from bot.interruptions import Interruptions
from bot.joining import CodeSending, Joining
from bot.keywords import Keywords
from bot.line import Room
from bot.lines import Lines
from bot.linking import Linking
from bot.menu import numbered, spoken, texted
from bot.model import Address, AddressKind, ChannelName, Contact, Handoff, InboundMessage, LineAct, now
from bot.moving import Links as PageLinks
from bot.moving import Moving
from bot.people import People
from bot.ports import Channel, Dialogue, SendError, SendFailure, Telephone
from bot.preference import Preferences
from bot.redis_calls import RedisCalls
from bot.redis_line import RedisRooms, RedisSchedule, RedisWaits
from bot.redis_locks import RedisLocks
from bot.redis_queue import RedisInbox, RedisOutbox
from bot.redis_store import RedisContacts, RedisHandoffs, RedisLinks
from bot.redis_turns import RedisBulletin, RedisCodes, RedisMenus, RedisTurns, RedisUnsaved
from bot.repeats import Questions
from bot.ringing import Rings
from bot.staffing import Staffing
from bot.wording import Notices
from connectors.messenger import Messenger
from connectors.messenger_threads import RedisThreads
from connectors.sms import Sms
from connectors.twilio import TwilioClient
from connectors.web import WebChat
from connectors.web_limits import Limits
from connectors.web_links import LinksAndPages
from connectors.web_log import VisitorLog
from desk.agents import AgentDirectory
from gateway.config import Settings
from gateway.inbox import CountingInbox
from gateway.measured import MeasuredDialogue, MeasuredLocks
from gateway.metrics import Metrics
from gateway.other_way import OtherWay
from gateway.outside import (
    browser_phones,
    messenger_app,
    rasa,
    relay,
    remote_codes,
    second_factor,
    signed_pages,
    twilio_account,
    web_chat,
)
from gateway.repeat_meter import RepeatMeter
from gateway.tracing import Tracing, tracing_to
from voice.calls import VoiceLine
from voice.people_line import PeopleParts
from voice.prompts import Prompts

NOTICES = Path("domain/_notices.yml")
VOICE_PATIENCE = 6.0
"""Seconds a caller waits before the filler; well under Twilio's 15 and the turn's own deadline."""


@dataclass(frozen=True, slots=True)
class Core:
    """Everything of one gateway that has no listener of its own."""

    settings: Settings
    metrics: Metrics
    client: redis.Redis
    http: aiohttp.ClientSession
    tracing: Tracing
    dialogue: Dialogue
    contacts: RedisContacts
    handoffs: RedisHandoffs
    inbox: CountingInbox
    outbox: RedisOutbox
    codes: RedisCodes
    menus: RedisMenus
    lines: Lines
    wording: Notices
    conversations: Conversations
    linking: Linking
    people: People
    agents: AgentDirectory
    channels: Mapping[ChannelName, Channel]
    web: WebChat
    sms: Sms | None
    voice: VoiceLine | None
    messenger: Messenger | None
    meter: RepeatMeter
    redialler: Redialler | None


class NoTelephone:
    """``bot.ports.Telephone`` and a dead channel, where no phone line is configured."""

    async def ring_agent(self, handoff: Handoff, phone: str) -> None:
        """Always refused."""
        raise SendError("no phone line is configured", SendFailure.REFUSED)

    async def act(self, handoff: Handoff, act: LineAct, who: str, to: str) -> None:
        """Always refused."""
        raise SendError("No phone line is configured.", SendFailure.REFUSED)

    async def finish(self, handoff: Handoff, outcome: str) -> None:
        """There is no talk to end."""

    async def state(self, handoff_id: str) -> Room:
        """An empty conference."""
        return Room(handoff_id)

    async def sound(self, recording: str) -> bytes | None:
        """There is none."""
        return None


def build(settings: Settings, client: redis.Redis, http: aiohttp.ClientSession, notices: Path = NOTICES) -> Core:
    """Wire one gateway. WordingError when the notices are incomplete, TracingUnavailable without the packages asked for."""
    metrics, wording = Metrics(), Notices.from_file(notices)
    tracing = tracing_to(settings.otlp_endpoint)
    meter = RepeatMeter(Questions.from_domain(notices.parent), metrics, now)
    dialogue = MeasuredDialogue(rasa(settings, http), metrics, tracing, meter.turn)
    contacts, calls, outbox = RedisContacts(client, now), RedisCalls(client), RedisOutbox(client)
    handoffs, codes, menus = RedisHandoffs(client), RedisCodes(client), RedisMenus(client)
    locks = MeasuredLocks(RedisLocks(client), metrics)
    bulletin, lines = RedisBulletin(client), Lines(dialogue, RedisUnsaved(client))
    book = HandoffBook(handoffs, dialogue, bulletin, now)
    links = RedisLinks(client)
    secret = hashlib.sha256(b"one-time codes:" + settings.internal_api_token.encode()).digest()
    joining, remote = Joining(dialogue, locks, menus), remote_codes(settings, http)
    identity = Identity(contacts, codes, links, calls, now, secret, joining.copy, remote)
    linking = Linking(identity, contacts, links, dialogue, lines, handoffs, calls, locks, outbox, wording, now)
    own_codes = settings.verify is not None and settings.verify.fallback
    send_code = CodeSending(identity, contacts, outbox, wording, now, own_codes) if settings.twilio else _no_code
    page_links = PageLinks(codes, linking.vouched, now, settings.public_url)
    dial = settings.twilio.voice_number if settings.twilio else None
    preferences = Preferences(identity, contacts, wording)
    may_ring = settings.line.call_hours.open_at
    rings = Rings(identity, contacts, calls, lines, locks, outbox, wording, now, dial, may_ring) if dial else None
    dial_secret = hashlib.sha256(b"dial-in codes:" + settings.internal_api_token.encode()).digest()
    dial_ins = DialIns(codes, contacts, calls, lines, locks, outbox, wording, now, dial, dial_secret) if dial else None
    moving = Moving(page_links, codes, outbox, wording, now, dial, rings, dial_ins) if dial else None
    conversations = Conversations(
        contacts=contacts,
        dialogue=dialogue,
        identity=identity,
        handoffs=book,
        calls=calls,
        turns=RedisTurns(client),
        menus=menus,
        locks=locks,
        lines=lines,
        keywords=Keywords(contacts),
        wording=wording,
        send_code=send_code,
        pins=Pins(codes, calls, second_factor(settings, http), VisitorLog(client, Limits()).hide),
        linking=linking,
        clock=now,
        deadline=settings.turn_deadline,
        carry_over=CarryOver.from_domain(notices.parent),
        moving=moving,
        preferences=preferences,
        staffing=Staffing(settings.line.hours, AgentDirectory(client).how_many_available, wording, now),
    )
    inbox = CountingInbox(RedisInbox(client), outbox, contacts, metrics)
    browsers = browser_phones(settings)
    agents, waits = AgentDirectory(client, browser=browsers.address if browsers else None), RedisWaits(client)
    web = web_chat(settings, inbox, client, wording, LinksAndPages(page_links, signed_pages(settings, codes, linking)))
    sms, voice, messenger, redialler = None, None, None, None
    if settings.twilio:
        account = twilio_account(settings)
        twilio = TwilioClient(http, account)
        sms = Sms(
            account,
            twilio,
            inbox,
            render=texted,
            clock=now,
            on_refused=metrics.refuse,
            on_ignored=metrics.ignore,
            on_segments=metrics.segments.inc,
        )
        schedule, rules = RedisSchedule(client), settings.line.callbacks
        errands = Errands(book, contacts, calls, lines, outbox, locks, wording, now, schedule, rules, preferences)
        voice = VoiceLine(
            account,
            twilio,
            conversations,
            calls,
            handoffs,
            contacts,
            wording,
            spoken,
            clock=now,
            turn_deadline=min(VOICE_PATIENCE, settings.turn_deadline),
            on_refused=metrics.refuse,
            relay=relay(settings, Interruptions(lines, locks, now), metrics),
            prompts=Prompts.from_folder(notices.parent),
            least_attestation=settings.caller_attestation,
            rings=rings,
            dial_ins=dial_ins,
            people=PeopleParts(
                errands,
                RedisRooms(client),
                waits,
                agents.how_many_available,
                settings.line,
                lambda answer: metrics.effort.labels(answer=str(answer)).inc(),
            ),
        )
        redialler = Redialler(errands, voice, agents.phones)
    if settings.messenger:
        messenger = Messenger(
            messenger_app(settings),
            http,
            inbox,
            RedisThreads(client),
            render=numbered,
            clock=now,
            on_refused=metrics.refuse,
            on_ignored=metrics.ignore,
        )
    built: list[Channel | None] = [web, sms, voice, messenger]
    channels = {channel.name: channel for channel in built if channel is not None}
    if messenger and sms:
        other_way = OtherWay(messenger, contacts, identity, book, outbox, lines, locks, now)
        channels[ChannelName.MESSENGER] = other_way
    telephone: Telephone = voice or NoTelephone()
    people = People(
        book,
        contacts,
        calls,
        conversations,
        lines,
        outbox,
        locks,
        bulletin,
        telephone,
        wording,
        now,
        agents.display_name,
        waits,
        meter.questions,
        preferences,
    )
    return Core(
        settings,
        metrics,
        client,
        http,
        tracing,
        dialogue,
        contacts,
        handoffs,
        inbox,
        outbox,
        codes,
        menus,
        lines,
        wording,
        conversations,
        linking,
        people,
        agents,
        channels,
        web,
        sms,
        voice,
        messenger,
        meter=meter,
        redialler=redialler,
    )


async def _no_code(_contact: Contact, _tel: str, _message: InboundMessage) -> bool:
    """Without a number that texts, no code can be sent."""
    return False


async def show_typing(core: Core, address: Address, on: bool) -> None:
    """Web chat and Messenger show that the assistant thinks; Messenger takes it away by itself."""
    if address.kind is AddressKind.WEB:
        await core.web.typing(address, on)
    elif address.kind is AddressKind.MESSENGER and on and core.messenger is not None:
        await core.messenger.working(address)
