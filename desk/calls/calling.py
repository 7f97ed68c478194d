"""What an agent does with a phone call from the desk, and the sound of messages and recordings."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.model import LineAct
from bot.ports import HandoffRefused, HandoffView, People, Sound
from desk.accounts.agent import Agent, AgentError, clean_phone
from desk.http import Visit, form_of
from desk.presence import Presence

NOT_KEPT = {"Cache-Control": "private, no-store"}
LONGEST_RANGE = 100
SOUND = re.compile(r"RE[0-9a-fA-F]{32}")
ATTACHMENT = re.compile(r"[0-9a-f]{24}")
OUTSIDE = "transfer_out"
"""A transfer to a number, as against one to a colleague."""

Refuse = Callable[[Visit, str, str], Awaitable[web.Response]]
Done = Callable[[Visit, str], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Calling:
    """What is done with a call, its buttons, and its sounds."""

    people: People
    presence: Presence

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
        """A message or recording of this conversation, passed on as it comes, whole or the part that the browser asks for; the
        vendor's address is never shown.
        """
        part = request.headers.get("Range", "")
        try:
            sound = await self.people.sound(request.match_info["id"], request.match_info["sid"], part[:LONGEST_RANGE])
        except HandoffRefused:
            sound = None
        if sound is None:
            return web.Response(status=404, text="There is no such recording (yet).")
        try:
            return await _passed_on(request, sound)
        finally:
            sound.close()

    async def attachment(self, request: web.Request) -> web.StreamResponse:
        """A picture or file of this conversation. Whatever it is, no page of ours runs it: pictures and text are shown, all
        else is saved."""
        try:
            found = await self.people.attachment(request.match_info["id"], request.match_info["key"])
        except HandoffRefused as refused:
            return web.Response(status=502, text=str(refused))
        if found is None:
            return web.Response(status=404, text="There is no such attachment.")
        how = "inline" if found.shown else "attachment"
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'{how}; filename="{found.name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
        }
        charset = "utf-8" if found.content_type.startswith("text/") else None
        return web.Response(body=found.body, content_type=found.content_type, charset=charset, headers=headers)

    async def values(self, agent: Agent, view: HandoffView | None) -> dict[str, object]:
        """What the call's part of the page needs."""
        others = [a for a in await self.presence.by_phone() if a.username != agent.username] if view else []
        keep = ""
        if view:
            keep = f"{view.handoff.state}|{view.handoff.agent}|{view.room}|{view.handoff.call_sid}|{view.handoff.callback}"
        return {"others": others, "supervisor": agent.supervisor, "call_keep": keep}

    async def _wanted(self, agent: Agent, do: str, to: str) -> tuple[LineAct, str]:
        if do == OUTSIDE:
            return LineAct.TRANSFER, _number(to)
        if do not in set(LineAct):
            raise HandoffRefused("That cannot be done with a call.")
        act = LineAct(do)
        if act is LineAct.BRING_IN:
            return act, _number(to)
        if act is LineAct.TRANSFER:
            rings = dict(await self.presence.phones()).get(to)
            if rings is None:
                raise HandoffRefused("That colleague is not available by phone.")
            return act, f"{to} {rings}"
        if act in (LineAct.CALL, LineAct.LISTEN, LineAct.COACH):
            if not agent.rings:
                raise HandoffRefused("Add your phone in your settings first.")
            return act, agent.rings
        return act, ""


async def _passed_on(request: web.Request, sound: Sound) -> web.StreamResponse:
    """Chunk by chunk, no faster than the browser takes it."""
    answer = web.StreamResponse(status=416 if sound.out_of_range else 206 if sound.part else 200, headers=NOT_KEPT)
    if sound.part:
        answer.headers["Content-Range"] = sound.part
    if sound.out_of_range:
        answer.content_length = 0
        await answer.prepare(request)
        return answer
    answer.content_type, answer.content_length = sound.content_type, sound.length
    if sound.seekable:
        answer.headers["Accept-Ranges"] = "bytes"
    await answer.prepare(request)
    async for chunk in sound.chunks:
        await answer.write(chunk)
    await answer.write_eof()
    return answer


def _number(typed: str) -> str:
    try:
        number = clean_phone(typed)
    except AgentError as error:
        raise HandoffRefused(str(error)) from error
    if not number:
        raise HandoffRefused("Which number shall be called?")
    return number
