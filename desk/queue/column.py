"""What the left column shows to one agent now."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from bot.model import Handoff
from bot.ports import Clock, Glance, People
from desk import show
from desk.accounts.agent import Agent
from desk.pages import Pages
from desk.presence import Here, Presence
from desk.queue.board import Board
from desk.queue.past import Found
from desk.queue.promises import Promises
from desk.queue.rows import ORDER, Looking, Row, chosen, counts, rows
from desk.queue.wanted import ListName, Wanted
from desk.read_marks import ReadMarks
from desk.words import words
from desk.words.facts import FactWords

WAITS = "\x00"
"""Stands in a rendered row for how long somebody waits, which is another text each second."""
CALLS = 20
RENDERED = 4096


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row as HTML, empty where the browser has it by its ``digest``."""

    id: str
    digest: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading."""

    name: ListName
    total: int
    rows: tuple[Drawn, ...]
    empty: bool


@dataclass(frozen=True, slots=True)
class Call:
    """What calls for the agent: somebody waits, or one of their own customers wrote."""

    id: str
    at: str
    who: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Left:
    """The left column. ``earlier`` is None where nothing was searched."""

    wanted: Wanted
    counts: Mapping[str, int]
    queues: tuple[str, ...]
    shown: tuple[Row, ...]
    groups: tuple[Group, ...]
    more: int
    calls: tuple[Call, ...]
    calls_more: int
    alone: Collection[str] = ()
    """Those of colleagues who are not there."""
    offered: Sequence[Handoff] = ()
    """To this agent, by a colleague or the line."""
    asked_in: Sequence[Handoff] = ()
    """Those of colleagues, in which this agent is, too."""
    earlier: Sequence[Found] | None = None
    trouble: str = ""
    lists: tuple[ListName, ...] = tuple(ListName)


@dataclass(frozen=True, slots=True)
class Column:
    """Makes it."""

    people: People
    board: Board
    presence: Presence
    marks: ReadMarks
    promises: Promises
    facts: FactWords
    pages: Pages
    clock: Clock

    async def left(self, agent: Agent, here: Here, wanted: Wanted, selected: str, have: Collection[str] = ()) -> Left:
        """For this agent, who looks at the conversation ``selected``; ``have``: digests of rows that the browser has. Raises
        StoreUnavailable."""
        glances, read = await self.board.rows(), await self.marks.of(agent.username)
        await self.marks.sweep(agent.username, [one.handoff.id for one in glances], read)
        looking = self._looking(agent, here, glances, read)
        all_rows = rows(glances, looking)
        shown = await self._shown(all_rows, glances, looking, wanted)
        calls = calling(all_rows, glances, agent)
        return Left(
            wanted,
            counts(all_rows),
            tuple(sorted({one.handoff.queue for one in glances})),
            tuple(shown),
            self._groups(shown, wanted, selected, have),
            wanted.rows * 2 if len(shown) > wanted.rows or (wanted.list is ListName.CLOSED and len(shown) == wanted.rows) else 0,
            tuple(calls[:CALLS]),
            len(calls[CALLS:]),
            looking.left,
            [one.handoff for one in glances if one.handoff.offer and one.handoff.offer.to == agent.username],
            [one.handoff for one in glances if one.handoff.held and agent.username in one.handoff.helpers],
        )

    async def all_rows(self, agent: Agent, here: Here) -> list[Row]:
        """Everything that is open, as this agent sees it."""
        glances = await self.board.rows()
        return rows(glances, self._looking(agent, here, glances, {}))

    def _looking(self, agent: Agent, here: Here, glances: Sequence[Glance], read: Mapping[str, Any]) -> Looking:
        others = [one.handoff for one in glances if one.handoff.agent not in (None, agent.username)]
        return Looking(
            agent.username, read, here.names, here.left(others), self.facts, words(), self.promises.within, self.people.queues
        )

    async def _shown(self, all_rows: Sequence[Row], glances: Sequence[Glance], looking: Looking, wanted: Wanted) -> Sequence[Row]:
        if wanted.list is not ListName.CLOSED:
            return chosen(all_rows, {one.handoff.id: one for one in glances}, wanted)
        closed = await self.people.closed(None, wanted.rows)
        return chosen(rows(closed, looking), {one.handoff.id: one for one in closed}, wanted)

    def _groups(self, shown: Sequence[Row], wanted: Wanted, selected: str, have: Collection[str]) -> tuple[Group, ...]:
        sent = shown[: wanted.rows]
        found = []
        for name in ORDER:
            of_it = [one for one in shown if one.group is name]
            asked = wanted.list is name or (wanted.list is ListName.ALL and name is ListName.QUEUE)
            if of_it or asked:
                drawn = tuple(self._drawn(one, selected, have) for one in sent if one.group is name)
                total = sum(one.place != 0 for one in of_it)
                found.append(Group(name, total, drawn, asked and not total))
        return tuple(found)

    def _drawn(self, row: Row, selected: str, have: Collection[str]) -> Drawn:
        now = self.clock()
        late = row.due is not None and row.due <= now
        html = self._html(row, row.id == selected, late)
        digest = hashlib.sha256(html.encode()).hexdigest()[:8]
        if digest in have:
            return Drawn(row.id, digest, Markup())
        waits = show.waited((now - row.since).total_seconds()) if row.since else ""
        return Drawn(row.id, digest, Markup(html.replace(WAITS, waits)))  # noqa: S704 - rendered with autoescape on

    def _html(self, row: Row, current: bool, late: bool) -> str:
        promised = int((row.due - row.since).total_seconds() // 60) if row.due and row.since else 0
        return _rendered(self.pages, row, current, late, promised)


@lru_cache(RENDERED)
def _rendered(pages: Pages, row: Row, current: bool, late: bool, promised: int) -> str:
    return pages.text("parts/row.html", row=row, current=current, late=late, promised=promised, waits=WAITS)


def calling(all_rows: Sequence[Row], glances: Sequence[Glance], agent: Agent) -> list[Call]:
    """What the agent has not read of their own, and who waits and is there, the latest first."""
    heard = {one.handoff.id: one.heard or one.handoff.opened_at for one in glances}
    offered = {one.handoff.id for one in glances if one.handoff.offer and one.handoff.offer.to == agent.username}
    found = [one for one in all_rows if one.id in offered or (one.unread and (one.mine or (one.place and agent.available)))]
    return [
        Call(one.id, heard[one.id].isoformat(), one.who, one.mine)
        for one in sorted(found, key=lambda one: heard[one.id], reverse=True)
    ]
