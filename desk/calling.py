"""What an agent does with a phone call from the desk, and the sound of messages and recordings."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.model import LineAct
from bot.ports import HandoffRefused, HandoffView, People
from desk.agents import Agent, AgentDirectory, AgentError, clean_phone
from desk.http import Visit, form_of

SOUND = re.compile(r"RE[0-9a-fA-F]{32}")
OUTSIDE = "transfer_out"
"""A transfer to a number, as against one to a colleague."""

Refuse = Callable[[Visit, str, str], Awaitable[web.Response]]
Done = Callable[[Visit, str], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Calling:
    """``supervisors``: usernames that may listen and coach."""

    people: People
    agents: AgentDirectory
    supervisors: frozenset[str] = frozenset()

    async def act(self, request: web.Request, visit: Visit, done: Done, refuse: Refuse) -> web.Response:
        """One of ``LineAct``; ``to`` is a colleague's username or a number as typed."""
        handoff_id, fields = request.match_info["id"], await form_of(request)
        try:
            do, to = await self._wanted(visit.agent, fields.get("do", ""), fields.get("to", "").strip())
            await self.people.act(handoff_id, visit.agent.username, do, to)
        except HandoffRefused as refused:
            return await refuse(visit, handoff_id, str(refused))
        return await done(visit, handoff_id)

    async def sound(self, request: web.Request) -> web.StreamResponse:
        """A message or recording of this conversation, fetched by the gateway; the vendor's address is never shown."""
        try:
            body = await self.people.sound(request.match_info["id"], request.match_info["sid"])
        except HandoffRefused:
            body = None
        if body is None:
            return web.Response(status=404, text="There is no such recording (yet).")
        return web.Response(body=body, content_type="audio/wav", headers={"Cache-Control": "private, no-store"})

    async def values(self, agent: Agent, view: HandoffView | None) -> dict[str, object]:
        """What the call's part of the page needs."""
        others = [a for a in await self.agents.all() if a.available and a.rings and a.username != agent.username] if view else []
        keep = ""
        if view:
            keep = f"{view.handoff.state}|{view.handoff.agent}|{view.room}|{view.handoff.call_sid}|{view.handoff.callback}"
        return {"others": others, "supervisor": agent.username in self.supervisors, "call_keep": keep}

    async def _wanted(self, agent: Agent, do: str, to: str) -> tuple[LineAct, str]:
        if do == OUTSIDE:
            return LineAct.TRANSFER, _number(to)
        if do not in set(LineAct):
            raise HandoffRefused("That cannot be done with a call.")
        act = LineAct(do)
        if act is LineAct.BRING_IN:
            return act, _number(to)
        if act is LineAct.TRANSFER:
            other = await self.agents.get(to)
            if other is None or not other.rings or not other.available:
                raise HandoffRefused("That colleague is not available by phone.")
            return act, f"{other.username} {other.rings}"
        if act in (LineAct.CALL, LineAct.LISTEN, LineAct.COACH):
            if not agent.rings:
                raise HandoffRefused("Add your phone in your settings first.")
            return act, agent.rings
        return act, ""


def _number(typed: str) -> str:
    try:
        number = clean_phone(typed)
    except AgentError as error:
        raise HandoffRefused(str(error)) from error
    if not number:
        raise HandoffRefused("Which number shall be called?")
    return number
