"""When a delivery is tried again, and when that is given up. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.ports import SendError
from bot.ports.handoff_target import Passed, PassedState

WAITS = (2, 5, 10, 20, 40, 120, 300, 900, 1800, 3600)
"""Seconds before each further try; the last one again and again."""
LONGEST = timedelta(hours=1)
"""A desk that asks for more is asked then all the same."""
PATIENCE = timedelta(seconds=90)
"""So long a customer waits for a desk that does not answer; then our own desk has them."""
TELL_FOR = timedelta(days=3)
"""So long it is tried to tell a desk that it is over."""


def failed(passed: Passed, error: SendError, moment: datetime) -> Passed:
    """To be tried again later, not before they asked for; but a customer who waits for them waits no longer than ``PATIENCE``."""
    wait = timedelta(seconds=WAITS[min(passed.tries, len(WAITS) - 1)])
    asked = timedelta(seconds=error.after or 0)
    since = passed.failing_since or moment
    later = moment + min(max(wait, asked), LONGEST)
    later = later if passed.state is PassedState.ENDING else max(moment, min(later, since + PATIENCE))
    return replace(passed, tries=passed.tries + 1, failing_since=since, not_before=later, error=error.reason)


def well(passed: Passed) -> Passed:
    """Something arrived."""
    return replace(passed, begun="", tries=0, failing_since=None, not_before=None, error="")


def due(passed: Passed, moment: datetime) -> bool:
    """Whether it may be tried now."""
    return passed.not_before is None or passed.not_before <= moment


def given_up(passed: Passed, moment: datetime) -> bool:
    """Whether they have failed for too long."""
    limit = TELL_FOR if passed.state is PassedState.ENDING else PATIENCE
    return passed.failing_since is not None and moment - passed.failing_since >= limit
