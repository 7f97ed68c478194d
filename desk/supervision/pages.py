"""The supervisor's page: the floor and the day, live; skills of agents; who is set to away; conversations moved and taken."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web

from bot.model.agent_steps import AgentStep, GiveTo, Move, Release
from bot.ports import Clock, HandoffRefused, People
from bot.routing.rules import Rules
from desk.accounts.agent import AgentError
from desk.accounts.work import Status
from desk.agents import AgentDirectory
from desk.guard import Handler
from desk.http import Visit, form_of, see
from desk.pages import Pages
from desk.presence import Here, Presence
from desk.queue.column import Column
from desk.supervision.day import KINDS, Figures, Told, figures
from desk.supervision.floor import Line, at_work, line
from desk.words import words

PATH = "/desk/supervisor"
FIGURES_FOR = timedelta(seconds=30)
"""So long the day's figures are shown without another look."""
NAME = r"[a-z0-9._-]{2,32}"
AT_ONCE = re.compile(r"|[1-9]|[1-4][0-9]|50")
SKILL = re.compile(r"[\w-]{1,40}")
LANGUAGE = re.compile(r"[a-z]{2}")
SAY = words()
Visitor = Callable[[web.Request], Awaitable[Visit]]


@dataclass(slots=True)
class Supervision:
    """``told``: the facts of the day, None where nothing is recorded."""

    people: People
    agents: AgentDirectory
    presence: Presence
    column: Column
    pages: Pages
    clock: Clock
    visitor: Visitor
    told: Told | None = None
    _figures: Figures | None = None
    _read_at: datetime | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def looks(self) -> list[tuple[str, Handler]]:
        """By GET."""
        return [(PATH, self._of(self.page))]

    def forms(self, handoff_id: str) -> list[tuple[str, Handler]]:
        """By POST; ``handoff_id``: the pattern of one."""
        agent = f"{PATH}/agents/{{username:{NAME}}}"
        return [
            (f"{agent}/skills", self._of(self.skills)),
            (f"{agent}/away", self._of(self.away)),
            (f"{PATH}/handoffs/{{id:{handoff_id}}}/move", self._of(self.move)),
        ]

    def _of(self, handler: Callable[[web.Request, Visit], Awaitable[web.StreamResponse]]) -> Handler:
        """With who asks; who may is the table's affair (``desk.access.table``)."""

        async def handle(request: web.Request) -> web.StreamResponse:
            return await handler(request, await self.visitor(request))

        return handle

    async def page(self, request: web.Request, visit: Visit, refused: str = "") -> web.Response:
        """The page, or its parts for the script."""
        here, glances = await self.presence.look(), await self.column.board.rows()
        values: dict[str, object] = {
            "me": visit.agent,
            "csrf": visit.csrf,
            "lines": await self._lines(here),
            "agents": at_work(here, glances),
            "names": here.names,
            "rows": await self.column.all_rows(visit.agent, here),
            "queues": self.people.queues,
            "at_desk": here.at_desk,
            "day": await self._day(),
            "refused": refused,
        }
        template = "supervisor_parts.html" if visit.by_script else "supervisor.html"
        return self.pages.render(template, 409 if refused else 200, **values)

    async def skills(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """What an agent knows, speaks, and has at once."""
        fields = await form_of(request)
        wanted = read_skills(fields)
        if wanted is None:
            return await self.page(request, visit, SAY("supervisor.wrong_skills"))
        try:
            await self.agents.set_skills(request.match_info["username"], *wanted, by=visit.agent.username)
        except AgentError as refused:
            return await self.page(request, visit, str(refused))
        return await self._done(request, visit)

    async def away(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """Set an agent to away: who forgot it is offered nothing more."""
        await form_of(request)
        agent = await self.agents.get(request.match_info["username"])
        if agent is None:
            return await self.page(request, visit, SAY("supervisor.no_agent"))
        reason = SAY("supervisor.set_away", agent=visit.agent.display_name)
        await self.agents.set_status(agent.username, Status.AWAY, reason, visit.agent.username)
        return await self._done(request, visit)

    async def move(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        """To a queue or an agent, or back in line, whoever has it."""
        fields, handoff_id = await form_of(request), request.match_info["id"]
        try:
            await self.people.step(handoff_id, visit.agent.username, read_move(fields.get("to", "")))
        except HandoffRefused as refused:
            return await self.page(request, visit, str(refused))
        self.column.board.changed(handoff_id)
        return await self._done(request, visit)

    async def _done(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        return await self.page(request, visit) if visit.by_script else see(PATH)

    async def _lines(self, here: Here) -> list[Line]:
        now, glances, rules = self.clock(), await self.column.board.rows(), self.presence.rules
        return [
            line(
                name,
                queue.title,
                glances,
                now,
                self.column.promises.within(name),
                serving=len(_serving(here, rules, name)),
                is_open=rules.hours(name, rules.business).open_at(now),
            )
            for name, queue in self.people.queues.by_name.items()
        ]

    async def _day(self) -> Figures | None:
        """Read once for all supervisors of this gateway, now and then. None where nothing is recorded."""
        if self.told is None:
            return None
        async with self._reading:
            now = self.clock()
            if self._read_at is None or now - self._read_at >= FIGURES_FOR:
                midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
                self._figures = figures(await self.told.since(KINDS, midnight), self.column.promises.within)
                self._read_at = now
            return self._figures


def _serving(here: Here, rules: Rules, queue: str) -> list[str]:
    asked = [rules.of(name).skills for name in rules.path(queue)]
    return [one.username for one in here.at_desk if any(skills <= one.work.skills for skills in asked)]


def read_move(to: str) -> AgentStep:
    """``line:``, ``queue:cards`` or ``agent:bo``. HandoffRefused for anything else."""
    kind, _, name = to.partition(":")
    match kind:
        case "queue":
            return Move(name, anyhow=True)
        case "agent":
            return GiveTo(name, anyhow=True)
        case "line":
            return Release(anyhow=True)
    raise HandoffRefused(SAY("supervisor.move_where"))


def read_skills(fields: Mapping[str, str]) -> tuple[list[str], list[str], int | None] | None:
    """Skills, languages, and how many at once (None: what the installation has) of a form; None where it cannot be read."""
    skills, languages = fields.get("skills", "").split(), fields.get("languages", "").casefold().split()
    chats = fields.get("chats", "").strip()
    known = all(map(SKILL.fullmatch, skills)) and all(map(LANGUAGE.fullmatch, languages))
    if not known or not AT_ONCE.fullmatch(chats):
        return None
    return skills, languages, int(chats) if chats else None
