"""The channels that carry text: web chat always, SMS and Messenger where they are configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.handoff.place_in_line import places
from bot.handoff.ratings import Ratings
from bot.menus.menu import numbered, texted
from bot.model import Address, AddressKind, ChannelName, now
from bot.ports import Channel
from bot.ports.phone_line import Wait
from connectors.messenger.channel import Messenger
from connectors.messenger.threads import RedisThreads
from connectors.sms.channel import Sms
from connectors.sms.own_numbers import RedisOwnNumbers
from connectors.twilio.client import TwilioAccount, TwilioClient
from connectors.web.channel import WebChat
from connectors.web.links import LinksAndPages
from gateway.at_once import AtOnce
from gateway.chat_who import SERVES, ChatWho
from gateway.outside import messenger_app, twilio_account, web_chat
from gateway.wiring.assistant import Assistant
from gateway.wiring.base import Base
from gateway.wiring.conversation import Conversation
from gateway.wiring.desk import AtTheDesk
from gateway.wiring.handoff import HandoffLife
from gateway.wiring.identity import WhoItIs
from gateway.wiring.queues import Queues
from gateway.wiring.switching import Switching
from gateway.workers.other_way import OtherWay


@dataclass(frozen=True, slots=True, kw_only=True)
class Twilio:
    """Our account there, and the client that the phone uses, too."""

    account: TwilioAccount
    client: TwilioClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """``senders``: what the outbox sends with."""

    web: WebChat
    twilio: Twilio | None
    sms: Sms | None
    messenger: Messenger | None
    senders: Mapping[ChannelName, Channel]

    async def show_typing(self, address: Address, on: bool) -> None:
        """Web chat and Messenger show that the assistant thinks; Messenger takes it away by itself."""
        if address.kind is AddressKind.WEB:
            await self.web.typing(address, on)
        elif address.kind is AddressKind.MESSENGER and on and (self.messenger is not None):
            await self.messenger.working(address)


def wire_channels(
    base: Base,
    *,
    assistant: Assistant,
    desk: AtTheDesk,
    handoff: HandoffLife,
    identity: WhoItIs,
    switching: Switching,
    queues: Queues,
    who: ChatWho,
) -> Channels:
    """Messenger's words go by text instead where Meta takes them no more and there is a number that texts."""
    vouch = LinksAndPages(switching.links, identity.pages)
    wording, languages = base.content.wording, base.content.hearing.languages
    rate = Ratings(handoff.book, base.store.contacts, now)
    web = web_chat(base.settings, queues.inbox, base.store.client, wording, vouch, who, desk.chat_news, rate, languages)
    twilio = _twilio(base) if base.settings.twilio else None
    sms = _sms(base, twilio, queues) if twilio else None
    messenger = _messenger(base, queues) if base.settings.messenger else None
    built: list[Channel | None] = [web, sms, messenger]
    senders = {channel.name: channel for channel in built if channel is not None}
    if messenger and sms:
        senders[ChannelName.MESSENGER] = _other_way(base, messenger, assistant, handoff, identity)
    return Channels(web=web, twilio=twilio, sms=sms, messenger=messenger, senders=senders)


def wire_who(base: Base, desk: AtTheDesk, handoff: HandoffLife, conversation: Conversation) -> ChatWho:
    """Who has a web chat's conversation, or where its visitor stands in line."""
    staffing = conversation.staffing

    async def all_places(_all: None) -> Mapping[str, int]:
        return places(await handoff.handoffs.listing())

    async def recent(queue: str) -> list[Wait]:
        return await base.store.waits.recent(queue, now())

    return ChatWho(
        contacts=base.store.contacts,
        handoffs=handoff.handoffs,
        places=AtOnce(all_places, now, SERVES),
        recent=AtOnce(recent, now, SERVES),
        menus=base.store.menus,
        staffing=replace(staffing, available=AtOnce(staffing.available, now, SERVES)),
        name_of=desk.agents.display_name,
        served=desk.visitors.served,
        clock=now,
    )


def _twilio(base: Base) -> Twilio:
    account = twilio_account(base.settings)
    return Twilio(account=account, client=TwilioClient(base.http, account, on_account=base.store.noting.refused))


def _sms(base: Base, twilio: Twilio, queues: Queues) -> Sms:
    return Sms(
        twilio.account,
        twilio.client,
        queues.inbox,
        render=texted,
        clock=now,
        on_refused=base.observed.metrics.refuse,
        on_ignored=base.observed.metrics.ignore,
        on_segments=base.observed.metrics.segments.inc,
        numbers=RedisOwnNumbers(base.store.client),
    )


def _messenger(base: Base, queues: Queues) -> Messenger:
    return Messenger(
        messenger_app(base.settings),
        base.http,
        queues.inbox,
        RedisThreads(base.store.client),
        render=numbered,
        clock=now,
        on_refused=base.observed.metrics.refuse,
        on_ignored=base.store.noting.passed_over,
    )


def _other_way(base: Base, messenger: Messenger, assistant: Assistant, handoff: HandoffLife, identity: WhoItIs) -> OtherWay:
    return OtherWay(
        first=messenger,
        contacts=base.store.contacts,
        identity=identity.identity,
        handoffs=handoff.book,
        outbox=base.store.outbox,
        lines=assistant.lines,
        locks=base.store.locks,
        clock=now,
    )
