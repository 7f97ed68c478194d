"""The parts of a turn, handed to each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.conversation.answering import Answering
from bot.conversation.assistant import Assistant, SendCode
from bot.conversation.conversations import Conversations
from bot.conversation.escalation import Escalation
from bot.conversation.identity_wishes import IdentityWishes
from bot.conversation.once import TakingTurns
from bot.conversation.opt_out import Keywords
from bot.conversation.turn_log import TurnLog
from bot.conversation.verification import Verification
from bot.conversation.with_person import WithPerson
from bot.conversation.without_turn import Noted, WithoutTurn, not_counted
from bot.handoff.availability import Staffing
from bot.handoff.hand_back import HandingBack
from bot.handoff.lifecycle import HandoffBook
from bot.handoff.wait_answers import Waiting
from bot.identity.links import Linking
from bot.identity.proof import Identity
from bot.identity.second_factor import Pins
from bot.languages.hearing import Hearing
from bot.ports import Calls, Clock, Contacts, Dialogue, Wording
from bot.ports.stores import Locks, Menus, Turns
from bot.switching.preferred_channel import Preferences
from bot.switching.switch import Moving
from bot.transcript.continuity import CarryOver
from bot.transcript.log import Lines
from bot.transcript.repeats import Questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What conversations stand on. ``deadline``: seconds for one answer of the assistant."""

    contacts: Contacts
    dialogue: Dialogue
    identity: Identity
    handoffs: HandoffBook
    calls: Calls
    turns: Turns
    menus: Menus
    locks: Locks
    lines: Lines
    keywords: Keywords
    wording: Wording
    send_code: SendCode
    pins: Pins
    linking: Linking
    handing_back: HandingBack
    clock: Clock
    deadline: float
    carry_over: CarryOver = field(default_factory=CarryOver)
    noted: Noted = not_counted
    moving: Moving | None = None
    preferences: Preferences | None = None
    staffing: Staffing | None = None
    waiting: Waiting | None = None
    questions: Questions = field(default_factory=Questions)
    """What counts as asking again."""
    hearing: Hearing = field(default_factory=Hearing)


def conversations(needs: Needs) -> Conversations:
    """Each part is given the ones that it asks; none asks back."""
    log = TurnLog(lines=needs.lines, wording=needs.wording, clock=needs.clock)
    escalation = _escalation(needs, log)
    assistant = _assistant(needs, log, escalation)
    with_person = _with_person(needs, log, escalation, assistant)
    return Conversations(
        turns=_turns(needs),
        answering=_answering(needs, log, escalation, assistant, with_person),
        with_a_person=with_person,
        escalation=escalation,
        assistant=assistant,
        handing_back=needs.handing_back,
        handoffs=needs.handoffs,
        contacts=needs.contacts,
        calls=needs.calls,
        links=needs.linking.links,
        clock=needs.clock,
    )


def _turns(needs: Needs) -> TakingTurns:
    return TakingTurns(
        contacts=needs.contacts,
        identity=needs.identity,
        pins=needs.pins,
        handoffs=needs.handoffs,
        turns=needs.turns,
        menus=needs.menus,
        locks=needs.locks,
        lines=needs.lines,
        clock=needs.clock,
        hearing=needs.hearing,
    )


def _escalation(needs: Needs, log: TurnLog) -> Escalation:
    return Escalation(
        contacts=needs.contacts,
        handoffs=needs.handoffs,
        calls=needs.calls,
        log=log,
        staffing=needs.staffing,
        waiting=needs.waiting,
    )


def _assistant(needs: Needs, log: TurnLog, escalation: Escalation) -> Assistant:
    return Assistant(
        dialogue=needs.dialogue,
        lines=needs.lines,
        log=log,
        escalation=escalation,
        wording=needs.wording,
        send_code=needs.send_code,
        pins=needs.pins,
        clock=needs.clock,
        deadline=needs.deadline,
        carry_over=needs.carry_over,
        moving=needs.moving,
        preferences=needs.preferences,
        waiting=needs.waiting,
        questions=needs.questions,
    )


def _with_person(needs: Needs, log: TurnLog, escalation: Escalation, assistant: Assistant) -> WithPerson:
    return WithPerson(
        assistant=assistant,
        escalation=escalation,
        log=log,
        lines=needs.lines,
        handoffs=needs.handoffs,
        identity=needs.identity,
        pins=needs.pins,
        menus=needs.menus,
        clock=needs.clock,
        staffing=needs.staffing,
        waiting=needs.waiting,
    )


def _answering(needs: Needs, log: TurnLog, escalation: Escalation, assistant: Assistant, with_person: WithPerson) -> Answering:
    return Answering(
        without_turn=_without_turn(needs, log),
        identity_wishes=IdentityWishes(
            linking=needs.linking, contacts=needs.contacts, locks=needs.locks, log=log, assistant=assistant
        ),
        with_person=with_person,
        verification=Verification(
            identity=needs.identity, pins=needs.pins, handoffs=needs.handoffs, locks=needs.locks, assistant=assistant
        ),
        escalation=escalation,
        assistant=assistant,
        linking=needs.linking,
        codes=needs.identity.codes,
        menus=needs.menus,
        log=log,
        wording=needs.wording,
    )


def _without_turn(needs: Needs, log: TurnLog) -> WithoutTurn:
    return WithoutTurn(
        keywords=needs.keywords,
        handoffs=needs.handoffs,
        dialogue=needs.dialogue,
        codes=needs.identity.codes,
        log=log,
        wording=needs.wording,
        clock=needs.clock,
        noted=needs.noted,
    )
