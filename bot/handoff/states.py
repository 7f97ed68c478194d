"""The life of a handoff: which step may follow which. Pure.

bot -> waiting -> offered -> assigned -> (snoozed, for the customer's answer) -> wrap-up -> closed -> reopened. Whoever has it
may put it back in line. ``HandoffBook.change`` lets nothing past this table, under the store's compare-and-set: of two who step
at once the second is judged by what the first has made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from bot.model import Handoff, HandoffState, Offer
from bot.model.handoffs import PAUSED, Passed
from bot.ports import HandoffRefused

WAITING, OFFERED, ASSIGNED = HandoffState.WAITING, HandoffState.OFFERED, HandoffState.ASSIGNED
SNOOZED, FOR_CUSTOMER = HandoffState.SNOOZED, HandoffState.FOR_CUSTOMER
WRAP_UP, CLOSED = HandoffState.WRAP_UP, HandoffState.CLOSED

LEFT = "left"
"""Why it waits again: its agent is not there any more."""
REOPENED = "reopened"
DESK_LOST = "desk_lost"
"""Another desk had it, or was to, and cannot be reached: it waits in our own line."""

STEPS: Mapping[HandoffState, frozenset[HandoffState]] = MappingProxyType(
    {
        WAITING: frozenset({OFFERED, ASSIGNED, CLOSED}),
        OFFERED: frozenset({WAITING, ASSIGNED, WRAP_UP, CLOSED}),
        ASSIGNED: frozenset({WAITING, OFFERED, SNOOZED, FOR_CUSTOMER, WRAP_UP, CLOSED}),
        SNOOZED: frozenset({WAITING, OFFERED, ASSIGNED, FOR_CUSTOMER, WRAP_UP, CLOSED}),
        FOR_CUSTOMER: frozenset({WAITING, OFFERED, ASSIGNED, SNOOZED, WRAP_UP, CLOSED}),
        WRAP_UP: frozenset({ASSIGNED, CLOSED}),
        CLOSED: frozenset({ASSIGNED}),
    }
)
"""From each state, those that it may come to. Both last ones lead back by ``reopened`` alone."""

REFUSALS: Mapping[HandoffState, str] = MappingProxyType(
    {
        WAITING: "This conversation waits in line: accept it first.",
        OFFERED: "This conversation is offered to a colleague: wait for their answer, or take it back.",
        ASSIGNED: "This conversation is with an agent already.",
        SNOOZED: "This conversation is snoozed: take it up again first.",
        FOR_CUSTOMER: "This conversation waits for the customer: take it up again first.",
        WRAP_UP: "The talk is over; the assistant has the conversation again. Reopen it first.",
        CLOSED: "This conversation is closed; the assistant has it again. Reopen it first.",
    }
)
"""For the agent who wants what the table does not have."""


def checked(was: Handoff, now: Handoff) -> Handoff:
    """``now``, when that may follow. HandoffRefused with a sentence for the agent."""
    if now.state is not was.state and now.state not in STEPS[was.state]:
        raise HandoffRefused(REFUSALS[was.state])
    if now.open and not was.open and now.reopened != was.reopened + 1:
        raise HandoffRefused(REFUSALS[was.state])
    return now


def assigned(handoff: Handoff, agent: str, at: datetime, why: str = "") -> Handoff:
    """With this agent, who goes on with it: whatever it waited for is over. Since ``at``, unless they had it before, or a phone
    that was not answered had it."""
    since = handoff.assigned_at if handoff.agent in (None, agent) and handoff.assigned_at else at
    others = tuple(one for one in handoff.helpers if one != agent)
    return replace(_plain(handoff), state=ASSIGNED, agent=agent, assigned_at=since, why=why, passed=(), helpers=others)


def in_line(handoff: Handoff, why: str) -> Handoff:
    """Waits again, with nobody; its place is by its opening, so it is the one it had."""
    back = handoff.callback
    quiet = replace(back, ringing_since=None, calling=False) if back else None
    return replace(_plain(handoff), state=WAITING, agent=None, types=False, callback=quiet, why=why, helpers=())


def given_up(handoff: Handoff, at: datetime, why: str) -> Handoff:
    """In line again because its agent is not there any more, or put it there: the customer is to be told
    (``bot.agent_desk.returning``). It is a new wait for whoever accepts it."""
    return replace(in_line(handoff, why), assigned_at=None, agent_left_at=at)


def ended(handoff: Handoff, at: datetime, outcome: str, *, written_up: bool) -> Handoff:
    """The assistant has the conversation. ``written_up``: how it ended is said, or nobody is there to say it."""
    over = CLOSED if written_up else WRAP_UP
    return replace(_plain(handoff), state=over, outcome=outcome, closed_at=at, why="", helpers=())


def offered(handoff: Handoff, offer: Offer) -> Handoff:
    """To one agent; whoever has it has it until they take it."""
    return replace(_plain(handoff), state=OFFERED, offer=offer, why="")


def passed_by(handoff: Handoff, at: datetime, why: str) -> Handoff:
    """What the line offered waits again; others are asked first for a while."""
    gone = (Passed(handoff.offer.to, at),) if handoff.offer else ()
    return replace(in_line(handoff, why), passed=(*handoff.passed, *gone))


def paused(handoff: Handoff, until: datetime | None) -> Handoff:
    """Until that time or the customer's answer; None: until the answer alone."""
    return replace(_plain(handoff), state=SNOOZED if until else FOR_CUSTOMER, snoozed_until=until, why="")


def again(handoff: Handoff, agent: str, at: datetime) -> Handoff:
    """What was over is this agent's, who writes: the customer is told who is there before their first words."""
    fresh = replace(_plain(handoff), outcome=None, closing=None, closed_at=None, handed_back="", noted_late=False)
    quiet = replace(fresh, call_sid=None, callback=None, left_at=None, agent_left_at=None, types=True)
    mine = replace(quiet, state=ASSIGNED, agent=agent, assigned_at=at, why=REOPENED)
    return replace(mine, reopened=handoff.reopened + 1, unannounced=True, taken_from=None)


def goes_on(handoff: Handoff, at: datetime, why: str) -> Handoff:
    """What was paused is its agent's again; any other stays as it is."""
    if handoff.state not in PAUSED or handoff.agent is None:
        return handoff
    return assigned(handoff, handoff.agent, at, why)


def _plain(handoff: Handoff) -> Handoff:
    """Without what belongs to one state alone."""
    return replace(handoff, offer=None, snoozed_until=None, alone_since=None)
