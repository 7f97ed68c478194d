"""The turn, and what it needs to know of the people at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from bot.conversation.conversations import Conversations
from bot.conversation.opt_out import Keywords
from bot.conversation.wire import Needs
from bot.conversation.wire import conversations as handed_to_each_other
from bot.handoff.availability import Staffing, no_number, own_number
from bot.handoff.hand_back import HandingBack
from bot.handoff.reach import Reach
from bot.handoff.wait_answers import Waiting
from bot.model import now
from gateway.wiring.assistant import Assistant
from gateway.wiring.base import Base
from gateway.wiring.desk import AtTheDesk
from gateway.wiring.handoff import HandoffLife
from gateway.wiring.identity import WhoItIs
from gateway.wiring.queues import Queues
from gateway.wiring.switching import Switching


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """``staffing``: whether somebody answers now; ``handing_back``: the way back to the assistant."""

    conversations: Conversations
    staffing: Staffing
    handing_back: HandingBack


def wire_conversation(
    base: Base,
    *,
    assistant: Assistant,
    desk: AtTheDesk,
    handoff: HandoffLife,
    identity: WhoItIs,
    switching: Switching,
    queues: Queues,
) -> Conversation:
    """Everything that a turn stands on, handed to it."""
    staffing = _staffing(base, desk, identity)
    handing_back = _handing_back(base, handoff, switching, queues)
    needs = Needs(
        contacts=base.store.contacts,
        dialogue=assistant.dialogue,
        identity=identity.identity,
        handoffs=handoff.book,
        calls=base.store.calls,
        turns=base.store.turns,
        menus=base.store.menus,
        locks=base.store.locks,
        lines=assistant.lines,
        keywords=Keywords(base.store.contacts, base.store.codes, base.content.wording),
        noted=base.observed.metrics.door,
        wording=base.content.wording,
        send_code=identity.send_code,
        pins=identity.pins,
        linking=identity.linking,
        handing_back=handing_back,
        clock=now,
        deadline=base.settings.turn_deadline,
        carry_over=base.content.carry_over,
        moving=switching.moving,
        preferences=switching.preferences,
        staffing=staffing,
        questions=base.content.questions,
        hearing=base.content.hearing,
        waiting=Waiting(staffing, handoff.book, base.store.waits, base.content.about_the_wait),
    )
    return Conversation(conversations=handed_to_each_other(needs), staffing=staffing, handing_back=handing_back)


def _staffing(base: Base, desk: AtTheDesk, identity: WhoItIs) -> Staffing:
    """Calls are offered where there is a number to call from."""
    calls = base.settings.twilio is not None and bool(base.settings.twilio.voice_number)
    return Staffing(
        hours=base.settings.line.hours,
        available=desk.presence.serving,
        rules=desk.presence.rules,
        wording=base.content.wording,
        clock=now,
        number=partial(own_number, identity.identity.held_for) if calls else no_number,
        elsewhere=base.settings.other_desks.by_queue.keys(),
    )


def _handing_back(base: Base, handoff: HandoffLife, switching: Switching, queues: Queues) -> HandingBack:
    return HandingBack(
        handoffs=handoff.book,
        contacts=base.store.contacts,
        inbox=queues.inbox,
        reach=Reach(base.store.calls, now, switching.preferences, base.settings.line.hours.zone),
        clock=now,
    )
