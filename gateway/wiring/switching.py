"""Moving to another channel on purpose: text me, call me, dial in, the preferred channel."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.model import now
from bot.switching.call_me import Rings
from bot.switching.dial_in import DialIns
from bot.switching.preferred_channel import Preferences
from bot.switching.switch import Links, Moving
from gateway.wiring.assistant import Assistant
from gateway.wiring.base import Base
from gateway.wiring.identity import WhoItIs


@dataclass(frozen=True, slots=True, kw_only=True)
class Switching:
    """``links``: into the web chat, by text. The last three: where there is a phone line."""

    links: Links
    preferences: Preferences
    rings: Rings | None = None
    dial_ins: DialIns | None = None
    moving: Moving | None = None


def wire_switching(base: Base, *, assistant: Assistant, identity: WhoItIs) -> Switching:
    """What the configured channels allow."""
    links = Links(base.store.codes, identity.linking.vouched, now, base.settings.public_url)
    preferences = Preferences(identity.identity, base.store.contacts, base.content.wording)
    dial = base.settings.twilio.voice_number if base.settings.twilio else None
    if not dial:
        return Switching(links=links, preferences=preferences)
    rings = _rings(base, dial, assistant, identity)
    dial_ins = _dial_ins(base, dial, assistant)
    moving = Moving(
        links=links,
        codes=base.store.codes,
        outbox=base.store.outbox,
        wording=base.content.wording,
        clock=now,
        dial=dial,
        rings=rings,
        dial_ins=dial_ins,
    )
    return Switching(links=links, preferences=preferences, rings=rings, dial_ins=dial_ins, moving=moving)


def _rings(base: Base, dial: str, assistant: Assistant, identity: WhoItIs) -> Rings:
    return Rings(
        identity=identity.identity,
        contacts=base.store.contacts,
        calls=base.store.calls,
        lines=assistant.lines,
        locks=base.store.locks,
        outbox=base.store.outbox,
        wording=base.content.wording,
        clock=now,
        dial=dial,
        may_ring=base.settings.line.call_hours.open_at,
    )


def _dial_ins(base: Base, dial: str, assistant: Assistant) -> DialIns:
    return DialIns(
        codes=base.store.codes,
        contacts=base.store.contacts,
        calls=base.store.calls,
        lines=assistant.lines,
        locks=base.store.locks,
        outbox=base.store.outbox,
        wording=base.content.wording,
        clock=now,
        dial=dial,
        secret=hashlib.sha256(b"dial-in codes:" + base.settings.internal_api_token.encode()).digest(),
    )
