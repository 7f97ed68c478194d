"""The desk's page and the parts of it that may have changed."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from bot.agent_desk.workspace import LONGEST_REPLY
from bot.facts.audit import transcript_read
from bot.model import About, new_id
from bot.ports import Clock, Facts, HandoffRefused, HandoffView, People
from connectors.visitors import place_of
from desk import show
from desk.agents import AgentDirectory
from desk.calls.calling import Calling
from desk.calls.softphone import Softphone
from desk.canned.variables import Variable
from desk.guard import Missing
from desk.http import Refusal, Visit
from desk.life.forms import OUTCOME_LIMIT
from desk.life.notes import with_notes
from desk.life.times import SPANS
from desk.pages import Pages
from desk.presence import Presence
from desk.queue.column import Column
from desk.queue.past import Past
from desk.queue.wanted import MOST, Wanted
from desk.words.facts import FactWords

HAVE = "X-Desk-Have"
"""The digests of the rows that the page has already, by dots."""


@dataclass(frozen=True, slots=True)
class Showing:
    """Renders what an agent sees; ``troubles``: what is to be mended, in sentences."""

    people: People
    agents: AgentDirectory
    presence: Presence
    calling: Calling
    pages: Pages
    facts: Facts
    clock: Clock
    softphone: Softphone | None
    known: FactWords
    column: Column
    troubles: Callable[[], Awaitable[Sequence[str]]]
    past: Past | None = None
    """Where what is over is looked for."""
    simulated: bool = False
    """Whether the simulator is there for a try."""
    searched: bool = False
    """Whether there are articles to search."""
    wishes: Mapping[str, str] = field(default_factory=dict)
    """What customers want: titles by intent."""
    amended: Sequence[tuple[str, str]] = ()
    """Name and title of each article that a reply may be proposed to amend; none where replies are not proposed."""

    async def page(
        self,
        visit: Visit,
        handoff_id: str | None,
        refusal: Refusal | None = None,
        template: str = "desk.html",
        *,
        opened: bool = False,
        looks: bool = False,
        typed: str = "",
    ) -> web.Response:
        """The desk's page, or its parts. ``opened``: the agent came to read it; ``looks``: it is before their eyes; ``typed``:
        what stands in the reply already. Missing when the conversation is unknown."""
        try:
            view = await self.people.view(handoff_id) if handoff_id else None
        except HandoffRefused as refused:
            raise Missing(str(refused)) from refused
        if opened and view is not None:
            await self._read(visit, view)
        if view is not None and (opened or looks):
            await self.column.marks.read(visit.agent.username, view.handoff.id, self.clock())
        values, names = await self._queue_values(visit, handoff_id or "")
        once = (refusal and refusal.once) or secrets.token_hex(16)
        values |= {"view": view, "refusal": refusal, "once": once, "typed": typed}
        who = show.customer(view, self.known) if view else None
        days = with_notes(show.days(view, names, who.name), view.handoff.notes, names) if view and who else []
        values |= {"days": days, "names": names, "who": who, "queues": self.people.queues, "wishes": self.wishes}
        values |= {"reply_limit": LONGEST_REPLY, "outcome_limit": OUTCOME_LIMIT, "articles": self.amended}
        values |= {"variables": [*Variable]}
        values |= await self.calling.values(visit.agent, view)
        values |= {"softphone": self.softphone if visit.agent.in_browser else None}
        return self.pages.render(template, refusal.status if refusal else 200, **values)

    async def _read(self, visit: Visit, view: HandoffView) -> None:
        """Told of before it is shown: what cannot be told of is not shown. Raises StoreUnavailable."""
        handoff = view.handoff
        about = About(handoff.conversation_id, handoff.contact_id)
        lines, network = len(view.transcript), place_of(visit.request)
        who = {"reader": visit.agent.username, "handoff_id": handoff.id, "network": network}
        await self.facts.append([transcript_read(new_id("read"), about, self.clock(), lines=lines, **who)])

    async def earlier(self, handoff_id: str, before: str) -> web.Response:
        """Older lines of a conversation: a page, from which the script takes them into its own. Missing when there are none."""
        if not re.fullmatch(r"\d{1,9}", before, re.ASCII):
            raise Missing("There are no such lines.")
        try:
            page, view = await asyncio.gather(self.people.earlier(handoff_id, int(before)), self.people.view(handoff_id))
        except HandoffRefused as refused:
            raise Missing(str(refused)) from refused
        names = (await self.presence.look()).names
        days = show.days(page, names, show.customer(view, self.known).name)
        values: dict[str, Any] = {"handoff_id": handoff_id, "earlier": page.earlier, "days": days}
        return self.pages.render("earlier.html", **values)

    async def queue(self, visit: Visit, selected: str) -> web.Response:
        """Who waits and who is there, when something happened to another conversation: this one is not read again for it."""
        values, _ = await self._queue_values(visit, selected)
        return self.pages.render("parts_queue.html", 200, **values)

    async def _queue_values(self, visit: Visit, selected: str) -> tuple[dict[str, object], dict[str, str]]:
        """What the left column needs, and everybody's name by username."""
        request, agent, here = visit.request, visit.agent, await self.presence.look()
        wanted, have = Wanted.of(request.query), frozenset(request.headers.get(HAVE, "").split(".")[:MOST])
        column = await self.column.left(agent, here, wanted, selected, have)
        if self.past and wanted.q and (request.query.get("search") == "1" or not visit.by_script):
            earlier, trouble = await self.past.found(agent.username, wanted.q)
            column = replace(column, earlier=earlier, trouble=trouble)
        values: dict[str, object] = {
            "me": agent,
            "csrf": visit.csrf,
            "column": column,
            "selected": selected,
            "left": column.alone,
        }
        colleagues = [one for one in here.at_desk if one.username != agent.username]
        values |= {
            "asked_in": column.asked_in,
            "offered": column.offered,
            "to_do": await self.people.to_do(agent.username),
            "names": here.names,
        }
        values |= {"at_desk": colleagues, "spans": SPANS}
        there, page = [one.display_name for one in here.at_desk], f"/desk/handoffs/{selected}" if selected else "/desk"
        values |= {"page": page, "here": there, "queue_title": self.people.queues.title, "simulated": self.simulated}
        values |= {"troubles": await self.troubles(), "has_articles": self.searched, "may_propose": bool(self.amended)}
        return values, here.names
