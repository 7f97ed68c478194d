"""Who it is: codes, the second factor, merging and taking apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.conversation.assistant import SendCode
from bot.handoff.carry_over import Carrying
from bot.identity.links import Linking
from bot.identity.merge import ContactMerging, ConversationCopying
from bot.identity.one_time_codes import CodeRules, CodeSending, OneTimeCodes
from bot.identity.proof import Identity
from bot.identity.second_factor import Pins
from bot.identity.undelivered_codes import UndeliveredCodes
from bot.model import Contact, InboundMessage, now
from connectors.web.identity import SignedPages
from gateway.observe.codes import CodesCounted
from gateway.outside import remote_codes, second_factor, signed_pages
from gateway.wiring.assistant import Assistant
from gateway.wiring.base import Base
from gateway.wiring.desk import AtTheDesk
from gateway.wiring.handoff import HandoffLife


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoItIs:
    """``pages``: signed-in pages that vouch for their visitors; ``undelivered_codes``: hears of codes that did not arrive."""

    identity: Identity
    linking: Linking
    send_code: SendCode
    undelivered_codes: UndeliveredCodes
    pins: Pins
    pages: SignedPages | None


def wire_identity(base: Base, *, assistant: Assistant, desk: AtTheDesk, handoff: HandoffLife) -> WhoItIs:
    """Codes are sent where a number texts; our own are kept as HMACs under a key that follows from INTERNAL_API_TOKEN."""
    known = _identity(base, assistant, handoff)
    linking = Linking(
        identity=known,
        contacts=base.store.contacts,
        links=base.store.links,
        dialogue=assistant.dialogue,
        lines=assistant.lines,
        handoffs=handoff.handoffs,
        calls=base.store.calls,
        locks=base.store.locks,
        outbox=base.store.outbox,
        wording=base.content.wording,
        clock=now,
        facts=base.store.facts,
    )
    return WhoItIs(
        identity=known,
        linking=linking,
        send_code=_send_code(base, known.one_time_codes, desk) if base.settings.twilio else _no_code,
        undelivered_codes=UndeliveredCodes(
            codes=base.store.codes,
            calls=base.store.calls,
            contacts=base.store.contacts,
            lines=assistant.lines,
            locks=base.store.locks,
            outbox=base.store.outbox,
            wording=base.content.wording,
            clock=now,
        ),
        pins=Pins(base.store.codes, base.store.calls, second_factor(base.settings, base.http), desk.visitors.hide),
        pages=signed_pages(base.settings, base.store.codes, linking),
    )


def _identity(base: Base, assistant: Assistant, handoff: HandoffLife) -> Identity:
    copying = ConversationCopying(
        dialogue=assistant.dialogue,
        menus=base.store.menus,
        carry_over=base.content.carry_over,
        carry=Carrying(handoff.book, base.store.calls, base.store.contacts),
        lines=assistant.lines,
    )
    return Identity(
        contacts=base.store.contacts,
        calls=base.store.calls,
        clock=now,
        one_time_codes=OneTimeCodes(
            codes=base.store.codes,
            clock=now,
            secret=hashlib.sha256(b"one-time codes:" + base.settings.internal_api_token.encode()).digest(),
            remote=remote_codes(base.settings, base.http, base.store.noting.refused),
        ),
        merging=ContactMerging(
            contacts=base.store.contacts,
            links=base.store.links,
            locks=base.store.locks,
            clock=now,
            copy_conversation=copying.copy,
            leave_conversation=copying.left,
        ),
    )


def _send_code(base: Base, codes: OneTimeCodes, desk: AtTheDesk) -> SendCode:
    counted = CodesCounted(base.observed.metrics, base.store.troubles, desk.bulletin)
    return CodeSending(
        one_time_codes=codes,
        contacts=base.store.contacts,
        outbox=base.store.outbox,
        wording=base.content.wording,
        clock=now,
        own_when_away=base.settings.verify is not None and base.settings.verify.fallback,
        rules=CodeRules(base.settings.code_countries, base.settings.codes_per_hour, counted),
    )


async def _no_code(_contact: Contact, _tel: str, _message: InboundMessage) -> bool:
    """Without a number that texts, no code can be sent."""
    return False
