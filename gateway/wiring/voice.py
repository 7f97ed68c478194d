"""The phone line, and what goes on by itself for callers."""

from __future__ import annotations

from dataclasses import dataclass

from bot.agent_desk.callbacks import Redialler
from bot.agent_desk.caller_requests import Errands
from bot.menus.menu import spoken
from bot.model import Handoff, LineAct, now
from bot.ports import SendError, SendFailure, Sound
from bot.ports.phone_line import Room
from bot.transcript.interruptions import Interruptions
from gateway.outside import relay
from gateway.wiring.assistant import Assistant
from gateway.wiring.base import Base, Content
from gateway.wiring.channels import Channels, Twilio
from gateway.wiring.conversation import Conversation
from gateway.wiring.desk import AtTheDesk
from gateway.wiring.handoff import HandoffLife
from gateway.wiring.switching import Switching
from gateway.workers.number_settings import NumberSettings
from voice.agents.leaving import Leaving
from voice.agents.people_line import PeopleParts
from voice.calls import VoiceLine
from voice.speech.prompts import Prompts
from voice.wire import Needs

VOICE_PATIENCE = 6.0
"Seconds a caller waits before the filler; well under Twilio's 15 and the turn's own deadline."


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """``redialler``: calls back; ``leaving``: agents who may not stay in a call; ``numbers``: our numbers' settings."""

    line: VoiceLine
    redialler: Redialler
    leaving: Leaving
    numbers: NumberSettings


class NoTelephone:
    """``bot.ports.Telephone``, where no phone line is configured."""

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

    async def sound(self, recording: str, part: str = "") -> Sound | None:
        """There is none."""
        return None


def wire_voice(
    base: Base,
    *,
    assistant: Assistant,
    desk: AtTheDesk,
    handoff: HandoffLife,
    switching: Switching,
    conversation: Conversation,
    channels: Channels,
) -> Voice | None:
    """None without Twilio. Raises PromptError."""
    twilio = channels.twilio
    if twilio is None:
        return None
    errands = _errands(base, assistant, handoff, switching)
    needs = Needs(
        account=twilio.account,
        client=twilio.client,
        conversations=conversation.conversations,
        calls=base.store.calls,
        handoffs=handoff.handoffs,
        contacts=base.store.contacts,
        wording=base.content.wording,
        render=spoken,
        claims=base.store.claims,
        clock=now,
        turn_deadline=min(VOICE_PATIENCE, base.settings.turn_deadline),
        on_refused=base.observed.metrics.refuse,
        relay=relay(base.settings, Interruptions(assistant.lines, base.store.locks, now), base.observed.metrics),
        prompts=Prompts.from_folder(base.content.folder),
        languages=base.content.hearing.languages,
        abroad=_abroad(base.content),
        least_attestation=base.settings.caller_attestation,
        rings=switching.rings,
        dial_ins=switching.dial_ins,
        people=_people(base, errands, desk),
    )
    line = VoiceLine(needs)
    return Voice(
        line=line,
        redialler=Redialler(errands=errands, telephone=line, phones=desk.presence.phones),
        leaving=_leaving(base, twilio, desk, handoff),
        numbers=NumberSettings(twilio.account, twilio.client, base.observed.metrics),
    )


def _abroad(content: Content) -> dict[str, Prompts]:
    """What is set for the phone's questions in each further language that the line speaks. Raises PromptError."""
    return {one.code: Prompts.from_folder(content.folder, one.code) for one in content.hearing.languages.by_phone}


def _errands(base: Base, assistant: Assistant, handoff: HandoffLife, switching: Switching) -> Errands:
    return Errands(
        handoffs=handoff.book,
        contacts=base.store.contacts,
        calls=base.store.calls,
        lines=assistant.lines,
        outbox=base.store.outbox,
        locks=base.store.locks,
        wording=base.content.wording,
        clock=now,
        schedule=base.store.schedule,
        rules=base.settings.line.callbacks,
        preferences=switching.preferences,
        facts=base.store.facts,
    )


def _people(base: Base, errands: Errands, desk: AtTheDesk) -> PeopleParts:
    return PeopleParts(
        errands=errands,
        rooms=base.store.rooms,
        waits=base.store.waits,
        available=desk.presence.serving,
        rules=desk.presence.rules,
        settings=base.settings.line,
        on_effort=lambda answer: base.observed.metrics.effort.labels(answer=str(answer)).inc(),
        supervises=desk.agents.supervises,
    )


def _leaving(base: Base, twilio: Twilio, desk: AtTheDesk, handoff: HandoffLife) -> Leaving:
    return Leaving(
        account=twilio.account,
        client=twilio.client,
        calls=base.store.calls,
        handoffs=handoff.handoffs,
        rooms=base.store.rooms,
        locks=base.store.locks,
        may_work=desk.agents.may_work,
    )
