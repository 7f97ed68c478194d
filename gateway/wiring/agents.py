"""What the desk may do with a conversation, and what is told of it to other programs."""

from __future__ import annotations

from bot.agent_desk.workspace import People
from bot.model import now
from bot.ports import Telephone
from gateway.other_desks import OtherDesksLife, other_desks
from gateway.outside import attachments
from gateway.packets import Packets
from gateway.wiring.assistant import Assistant
from gateway.wiring.base import Base
from gateway.wiring.conversation import Conversation
from gateway.wiring.desk import AtTheDesk
from gateway.wiring.handoff import HandoffLife
from gateway.wiring.identity import WhoItIs
from gateway.wiring.switching import Switching
from gateway.wiring.voice import NoTelephone, Voice


def wire_people(
    base: Base,
    *,
    assistant: Assistant,
    desk: AtTheDesk,
    handoff: HandoffLife,
    identity: WhoItIs,
    switching: Switching,
    conversation: Conversation,
    voice: Voice | None,
) -> People:
    """Without a phone line nobody is rung."""
    telephone: Telephone = voice.line if voice else NoTelephone()
    return People(
        handoffs=handoff.book,
        contacts=base.store.contacts,
        calls=base.store.calls,
        handing_back=conversation.handing_back,
        linking=identity.linking,
        lines=assistant.lines,
        outbox=base.store.outbox,
        locks=base.store.locks,
        bulletin=desk.bulletin,
        telephone=telephone,
        wording=base.content.wording,
        clock=now,
        name_of=desk.agents.display_name,
        staffing=conversation.staffing,
        waits=base.store.waits,
        questions=base.content.questions,
        preferences=switching.preferences,
        attachments=attachments(base.settings, base.http),
        facts=base.store.facts,
        queues=base.content.queues,
        at_desk=desk.presence.usernames,
        absent=desk.presence.absent,
        workers=desk.presence.workers,
        missed=desk.agents.missed,
        may_write=base.settings.line.call_hours.open_at,
        grace=base.settings.agent_grace,
    )


def wire_packets(base: Base, *, assistant: Assistant, handoff: HandoffLife, switching: Switching) -> Packets:
    """With earlier handoffs where facts are recorded."""
    return Packets(
        handoffs=handoff.handoffs,
        contacts=base.store.contacts,
        lines=assistant.lines,
        menus=base.store.menus,
        clock=now,
        records=base.records if base.settings.recording else None,
        known=base.content.known,
        promised=base.content.promised,
        queues=base.content.queues,
        questions=base.content.questions,
        preferences=switching.preferences,
    )


def wire_other_desks(base: Base, *, people: People, packets: Packets) -> OtherDesksLife:
    """See ``gateway.other_desks``."""
    return other_desks(
        base.settings.other_desks,
        base.http,
        people=people,
        passed=base.store.passed,
        locks=base.store.locks,
        queues=base.content.queues,
        packet_of=packets.of,
        on_refused=base.observed.metrics.refuse,
    )
