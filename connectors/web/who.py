"""Who has a visitor's conversation, as the socket tells it: the assistant, a person, or the line for one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.menus.answers import InForce
from bot.ports import StoreUnavailable
from connectors.web.frames import stamp


@dataclass(frozen=True, slots=True)
class InLine:
    """Waits for a person. ``place``: from 1; None while none can be told, for nobody is there or they will be called.
    ``minutes``: at least and at most, alike when one number says it; None when it is not known."""

    place: int | None = None
    minutes: tuple[int, int] | None = None
    by_phone: bool = False
    """They hold the line: a page's tap does not end their call."""


@dataclass(frozen=True, slots=True)
class ToRate:
    """A talk with a person that is over, and which its customer may rate: the handoff's id, and who it was as they read it."""

    handoff: str
    agent: str


@dataclass(frozen=True, slots=True)
class Who:
    """``agent``: the name that customers read, empty for a person without one; None: no person has it. ``line``: it waits.
    ``rate``: the talk before may be rated. ``options``: which of those shown are in force with the assistant."""

    agent: str | None = None
    line: InLine | None = None
    rate: ToRate | None = None
    options: InForce | None = None

    def frame(self) -> dict[str, Any]:
        """As a ``who`` frame, and the welcome, say it."""
        line = self.line and _line(self.line)
        rate = self.rate and {"handoff": self.rate.handoff, "agent": self.rate.agent or None}
        options = self.options and _options(self.options)
        return {"person": self.agent is not None, "agent": self.agent or None, "line": line, "rate": rate, "options": options}


def _line(line: InLine) -> dict[str, Any]:
    return {"place": line.place, "minutes": line.minutes and list(line.minutes), "by_phone": line.by_phone}


def _options(options: InForce) -> dict[str, Any]:
    return {"newest": options.newest, "asked": list(options.asked), "since": stamp(options.since)}


ASSISTANT = Who()
Ask: TypeAlias = Callable[[str], Awaitable[Who]]
"""Who has the conversation of this web id. Raises StoreUnavailable."""

Rate: TypeAlias = Callable[[str, str, int, str], Awaitable[bool]]
"""Keeps the rating of this web id for a handoff: score and words. False: it is not kept. Raises StoreUnavailable."""


class Told:
    """What one tab knows of it, so that it is told changes alone. ``ask`` None: nobody can say."""

    def __init__(self, ask: Ask | None) -> None:
        self._ask = ask
        self._known: Who | None = None
        self.due = False
        """Somebody else may have it now: ask again."""

    @property
    def waits(self) -> bool:
        """Whether the tab shows a place in line, which changes with others' too."""
        return self._known is not None and self._known.line is not None

    async def changed(self, web_id: str) -> dict[str, Any] | None:
        """Who has it now; None when the tab knows that already, or nobody can say. Raises StoreUnavailable, and is due then."""
        if self._ask is None:
            return None
        self.due, before = False, self._known
        try:
            self._known = await self._ask(web_id)
        except StoreUnavailable:
            self.due = True
            raise
        return self._known.frame() if self._known != before else None
