"""The desk itself: the queue, one conversation, and what an agent does with it.

Pages work without script. With it, forms are sent by the page's script, which asks (header ``X-Desk``) for the parts of
the page that may have changed and swaps them in; the same parts are fetched again whenever ``/desk/events`` speaks.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.agent_desk.workspace import LONGEST_REPLY
from bot.door.outgoing import unreadable
from bot.facts.audit import transcript_read
from bot.model import About, new_id
from bot.ports import Clock, Facts, HandoffRefused, HandoffView, NoFacts, People, StoreUnavailable
from connectors.visitors import place_of
from desk import live, show
from desk.agents import AgentDirectory
from desk.auth import Doors, sign_in_path
from desk.calling import ATTACHMENT, SOUND, Calling
from desk.http import HEADERS, PARTS, FormRefused, NotSignedIn, Visit, fields_of, form_of, secure, see, visitor
from desk.pages import Pages, static
from desk.presence import Presence
from desk.sessions import SessionStore
from desk.softphone import BrowserCalls, Softphone

OUTCOME_LIMIT = 200  # characters: it is read out
DOWN = "The store does not answer just now, so nothing was changed. Please try again in a moment."
STALE = "This page is out of date. Load it again, then repeat what you did."
MASKED = "A card number, its code or a social security number was in it: **** went out instead, and it is kept nowhere."
AWAY = "You are set to away. Set yourself to available first."

HANDOFF = re.compile(r"[A-Za-z0-9_-]{1,80}")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form was not done: shown beside its control, with what was typed."""

    control: str
    sentence: str
    typed: str = ""
    once: str = ""
    status: int = 409


class Missing(Exception):
    """There is no such conversation; the message is a sentence."""


async def _none() -> Sequence[str]:
    return ()


class Desk:
    """The agents' pages, for the gateway's internal listener.

    ``app.add_routes(desk.routes())`` and ``app.on_shutdown.append(desk.on_shutdown)``, which ends the open event
    streams (else a stop waits for them). ``secure_cookies`` is True when the desk is reached by https; ``softphone`` when
    agents may answer calls in their browser. ``troubles``: what is to be mended, in sentences.
    """

    def __init__(
        self,
        people: People,
        agents: AgentDirectory,
        sessions: SessionStore,
        *,
        clock: Clock,
        secure_cookies: bool,
        softphone: Softphone | None = None,
        troubles: Callable[[], Awaitable[Sequence[str]]] = _none,
        facts: Facts | None = None,
    ) -> None:
        self._facts, self._clock = facts or NoFacts(), clock
        self._troubles = troubles
        self._people = people
        self._agents = agents
        self._sessions = sessions
        self._pages = Pages(clock)
        self._presence = Presence(agents, sessions, clock)
        self._calling = Calling(people, self._presence)
        self._doors = Doors(agents, sessions, self._pages, secure_cookies=secure_cookies)
        self._softphone = softphone
        self._browser = BrowserCalls(softphone, people, agents, sessions, self._pages) if softphone else None
        self._headers = softphone.headers if softphone else HEADERS
        self._stopping = asyncio.Event()

    def routes(self) -> list[web.AbstractRouteDef]:
        """All routes, under ``/desk``; files under ``/desk/static``."""
        one = f"/desk/handoffs/{{id:{HANDOFF.pattern}}}"
        doors = self._doors
        get: list[tuple[str, Handler]] = [
            ("/desk", self.home),
            ("/desk/", self.home),
            ("/desk/sign-in", doors.sign_in_page),
            ("/desk/password", doors.password_page),
            ("/desk/settings", doors.settings_page),
            ("/desk/parts", self.parts),
            ("/desk/events", self.events),
            (one, self.conversation),
            (one + "/earlier", self.earlier),
            (one + f"/sound/{{sid:{SOUND.pattern}}}", self.sound),
            (one + f"/attachments/{{key:{ATTACHMENT.pattern}}}", self.attachment),
            ("/desk/static/{name}", static),
            ("/desk/{rest:.+}", self.nowhere),
        ]
        post: list[tuple[str, Handler]] = [
            ("/desk/sign-in", doors.sign_in),
            ("/desk/sign-out", doors.sign_out),
            ("/desk/password", doors.password),
            ("/desk/settings", doors.settings),
            ("/desk/available", self.available),
            (one + "/accept", self.accept),
            (one + "/reply", self.reply),
            (one + "/close", self.close),
            (one + "/call", self.call),
            (one + "/unlink", self.unlink),
        ]
        return [
            *(self._browser.routes(self._guard) if self._browser else ()),
            *(web.get(path, self._guard(handler)) for path, handler in get),
            *(web.post(path, self._guard(handler)) for path, handler in post),
        ]

    async def on_shutdown(self, app: web.Application) -> None:
        """End the event streams; browsers connect again by themselves."""
        self._stopping.set()

    async def home(self, request: web.Request) -> web.StreamResponse:
        """The desk with no conversation chosen."""
        return await self._show(await self._visitor(request), None)

    async def conversation(self, request: web.Request) -> web.StreamResponse:
        """The desk with one conversation, which is told of: an agent reads it."""
        return await self._show(await self._visitor(request), request.match_info["id"], opened=True)

    async def earlier(self, request: web.Request) -> web.StreamResponse:
        """Older lines of a conversation: a page, from which the script takes them into its own."""
        await self._visitor(request)
        handoff_id, before = request.match_info["id"], request.query.get("before", "")
        if not re.fullmatch(r"\d{1,9}", before, re.ASCII):
            raise Missing("There are no such lines.")
        try:
            page = await self._people.earlier(handoff_id, int(before))
        except HandoffRefused as refused:
            raise Missing(str(refused)) from refused
        usernames = sorted(show.agents_in_lines(page.transcript))
        names = dict(zip(usernames, await asyncio.gather(*map(self._agents.display_name, usernames)), strict=True))
        values: dict[str, Any] = {"handoff_id": handoff_id, "earlier": page.earlier, "days": show.days(page, names)}
        return self._pages.render("earlier.html", **values)

    async def parts(self, request: web.Request) -> web.StreamResponse:
        """What may have changed on the page. Asked by the script, so it does not count as the agent's doing."""
        visit, handoff_id = await visitor(request, self._agents, self._sessions, touch=False), request.query.get("handoff", "")
        if handoff_id and not HANDOFF.fullmatch(handoff_id):
            raise Missing("There is no such conversation.")
        if request.query.get("only") == "queue":
            return await self._show_queue(visit, handoff_id)
        return await self._show(visit, handoff_id or None, template="parts.html")

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The live stream of one tab."""
        await visitor(request, self._agents, self._sessions, touch=False)

        async def signed_in() -> bool:
            try:
                await visitor(request, self._agents, self._sessions, touch=False)
            except NotSignedIn:
                return False
            return True

        return await live.stream(request, self._people.watch(), signed_in, self._stopping)

    async def available(self, request: web.Request) -> web.StreamResponse:
        """Set myself to available or away; ``back`` is the conversation the page shows."""
        visit, fields = await self._visitor(request), await form_of(request)
        await self._agents.set_available(visit.agent.username, fields.get("available") == "1")
        back = fields.get("back", "")
        return await self._done(await self._visitor(request), back if HANDOFF.fullmatch(back) else None)

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Take a conversation."""
        visit, handoff_id = await self._visitor(request), request.match_info["id"]
        await form_of(request)
        if not visit.agent.available:
            return await self._done(visit, handoff_id, Refusal("accept", AWAY))
        try:
            left = await self._left_by(handoff_id, visit.agent.username)
            await self._people.accept(handoff_id, visit.agent.username, visit.agent.rings, left)
        except HandoffRefused as refused:
            return await self._done(visit, handoff_id, Refusal("accept", str(refused)))
        return await self._done(visit, handoff_id)

    async def _left_by(self, handoff_id: str, username: str) -> str | None:
        """The colleague who has this conversation and has left the desk, if that is so."""
        found = next((one for one in await self._people.listing() if one.id == handoff_id and one.agent != username), None)
        return found.agent if found and await self._presence.left_behind(found) else None

    async def reply(self, request: web.Request) -> web.StreamResponse:
        """Say something to the customer, once however often the form arrives."""
        visit, handoff_id = await self._visitor(request), request.match_info["id"]
        fields = await form_of(request)
        typed, once = fields.get("text", "").replace("\r\n", "\n").strip(), fields.get("once", "")
        text, secrets_out = unreadable(typed)
        if not 1 <= len(text) <= LONGEST_REPLY or not once:
            sentence = "Write a reply first." if not text else f"A reply may have {LONGEST_REPLY} characters."
            return await self._done(visit, handoff_id, Refusal("reply", sentence, text, once, 422))
        cause = cause_of(once, text)
        number = f"{visit.agent.username}|{handoff_id}|{cause}"
        state = await self._sessions.sent.claim(number)
        if state == "doing":
            return await self._done(visit, handoff_id, Refusal("reply", "This reply is being sent.", text, once))
        try:
            if state == "new":
                await self._people.reply(handoff_id, visit.agent.username, text, cause)
        except (HandoffRefused, StoreUnavailable) as refused:
            await self._sessions.sent.release(number)
            if isinstance(refused, StoreUnavailable):
                raise
            return await self._done(visit, handoff_id, Refusal("reply", str(refused), text, once))
        await self._sessions.sent.done(number)
        return await self._done(visit, handoff_id, Refusal("reply", MASKED, status=200) if secrets_out else None)

    async def close(self, request: web.Request) -> web.StreamResponse:
        """Give the conversation back to the assistant with what was agreed."""
        visit, handoff_id = await self._visitor(request), request.match_info["id"]
        outcome, secrets_out = unreadable(" ".join((await form_of(request)).get("outcome", "").split()))
        if not 1 <= len(outcome) <= OUTCOME_LIMIT:
            sentence = f"Say in 1 to {OUTCOME_LIMIT} characters what was agreed."
            return await self._done(visit, handoff_id, Refusal("close", sentence, outcome, status=422))
        try:
            await self._people.close(handoff_id, visit.agent.username, outcome)
        except HandoffRefused as refused:
            return await self._done(visit, handoff_id, Refusal("close", str(refused), outcome))
        return await self._done(visit, handoff_id, Refusal("close", MASKED, status=200) if secrets_out else None)

    async def unlink(self, request: web.Request) -> web.StreamResponse:
        """Take apart two conversations that were joined (docs/identity.md)."""
        visit, handoff_id = await self._visitor(request), request.match_info["id"]
        link_id = (await form_of(request)).get("link", "")
        try:
            if not HANDOFF.fullmatch(link_id):
                raise HandoffRefused("There is no such link.")
            await self._people.unlink(handoff_id, visit.agent.username, link_id)
        except HandoffRefused as refused:
            return await self._done(visit, handoff_id, Refusal("unlink", str(refused)))
        return await self._done(visit, handoff_id)

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Hold, mute, transfer, bring in, listen: what is done with the phone call."""

        async def refuse(visit: Visit, handoff_id: str, sentence: str) -> web.Response:
            return await self._done(visit, handoff_id, Refusal("call", sentence))

        return await self._calling.act(request, await self._visitor(request), self._done, refuse)

    async def sound(self, request: web.Request) -> web.StreamResponse:
        """A voice message or a recorded call."""
        await self._visitor(request)
        return await self._calling.sound(request)

    async def attachment(self, request: web.Request) -> web.StreamResponse:
        """A picture or a file that the customer sent."""
        await self._visitor(request)
        return await self._calling.attachment(request)

    async def nowhere(self, request: web.Request) -> web.StreamResponse:
        """No such page."""
        return self._pages.sentence(404, "Not found", "There is no such page on the desk.")

    async def _visitor(self, request: web.Request) -> Visit:
        return await visitor(request, self._agents, self._sessions)

    async def _done(self, visit: Visit, handoff_id: str | None, refusal: Refusal | None = None) -> web.Response:
        """After a form: parts for the script; otherwise on to the page, or the page with the refusal on it."""
        if visit.by_script:
            return await self._show(visit, handoff_id, refusal, "parts.html")
        if refusal:
            return await self._show(visit, handoff_id, refusal)
        return see(page_of(handoff_id))

    async def _show(
        self,
        visit: Visit,
        handoff_id: str | None,
        refusal: Refusal | None = None,
        template: str = "desk.html",
        *,
        opened: bool = False,
    ) -> web.Response:
        """The desk's page, or its parts. Missing when the conversation is unknown."""
        try:
            view = await self._people.view(handoff_id) if handoff_id else None
        except HandoffRefused as refused:
            raise Missing(str(refused)) from refused
        if opened and view is not None:
            await self._read(visit, view)
        values, names = await self._queue(visit, handoff_id or "", show.agents_in(view) if view else set())
        once = (refusal and refusal.once) or secrets.token_hex(16)
        values |= {"view": view, "refusal": refusal, "once": once}
        values |= {"days": show.days(view, names) if view else [], "names": names}
        values |= {"reply_limit": LONGEST_REPLY, "outcome_limit": OUTCOME_LIMIT}
        values |= await self._calling.values(visit.agent, view)
        values |= {"softphone": self._softphone if visit.agent.in_browser else None}
        return self._pages.render(template, refusal.status if refusal else 200, **values)

    async def _read(self, visit: Visit, view: HandoffView) -> None:
        """Told of before it is shown: what cannot be told of is not shown. Raises StoreUnavailable."""
        handoff = view.handoff
        about = About(handoff.conversation_id, handoff.contact_id)
        lines, network = len(view.transcript), place_of(visit.request)
        who = {"reader": visit.agent.username, "handoff_id": handoff.id, "network": network}
        await self._facts.append([transcript_read(new_id("read"), about, self._clock(), lines=lines, **who)])

    async def _show_queue(self, visit: Visit, selected: str) -> web.Response:
        """Who waits and who is there, when something happened to another conversation: this one is not read again for it."""
        values, _ = await self._queue(visit, selected, set())
        return self._pages.render("parts_queue.html", 200, **values)

    async def _queue(self, visit: Visit, selected: str, also: set[str]) -> tuple[dict[str, object], dict[str, str]]:
        """What the queue's part needs, and the names of everybody in it (and ``also``) by username."""
        listing, here = await asyncio.gather(self._people.listing(), self._presence.at_desk())
        usernames = {h.agent for h in listing if h.agent} | also
        names = dict(zip(usernames, await asyncio.gather(*map(self._agents.display_name, usernames)), strict=True))
        left = [h.id for h in listing if h.agent not in (None, visit.agent.username) and await self._presence.left_behind(h)]
        rows = show.queue_rows(listing, visit.agent.username, names)
        values: dict[str, object] = {"me": visit.agent, "csrf": visit.csrf, "rows": rows, "selected": selected, "left": left}
        values |= {"troubles": await self._troubles()}
        values |= {"here": [agent.display_name for agent in here], "waiting": sum(row.place is not None for row in rows)}
        return values, names

    def _guard(self, handler: Handler) -> Handler:
        """Security headers on every answer; each known trouble becomes a sentence with its status."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                response = await handler(request)
            except NotSignedIn as reason:
                response = _turn_away(request, reason)
            except FormRefused:
                response = await self._trouble(request, 403, "Not accepted", STALE)
            except Missing as missing:
                response = await self._trouble(request, 404, "Not found", str(missing))
            except StoreUnavailable:
                response = await self._trouble(request, 503, "Not available", " ".join((DOWN, *await self._troubles())))
            except web.HTTPException as error:
                secure(error, self._headers)
                raise
            secure(response, self._headers)
            return response

        return guarded

    async def _trouble(self, request: web.Request, status: int, title: str, sentence: str) -> web.Response:
        """Plain text for the script, which puts it beside the control; a page otherwise, with the typed reply."""
        if PARTS in request.headers or request.path == "/desk/events":
            return web.Response(text=sentence, status=status)
        typed = ""
        if request.method == "POST":
            with suppress(FormRefused):
                typed = (await fields_of(request)).get("text", "")
        return self._pages.sentence(status, title, sentence, typed)


def cause_of(once: str, text: str) -> str:
    """The number of a reply: the form's own, and its words. Other words in a form that was sent already are another reply."""
    return f"{once}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def page_of(handoff_id: str | None) -> str:
    """The page of a conversation, or the desk."""
    return f"/desk/handoffs/{handoff_id}" if handoff_id else "/desk"


def _turn_away(request: web.Request, reason: NotSignedIn) -> web.Response:
    """401 for the script (it goes to the sign-in page by itself), a redirect for people."""
    if PARTS in request.headers or request.path in ("/desk/parts", "/desk/events"):
        return web.Response(text="Please sign in.", status=401)
    return see("/desk/password" if reason.change else sign_in_path(request.path))
