"""The desk itself: the queue, one conversation, and what an agent does with it.

Pages work without script. With it, forms are sent by the page's script, which asks (header ``X-Desk``) for the parts of
the page that may have changed and swaps them in; the same parts are fetched again whenever ``/desk/events`` speaks.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import aiohttp
from aiohttp import web

from bot.agent_desk.workspace import LONGEST_REPLY
from bot.door.outgoing import unreadable
from bot.model import Address, AddressKind, ChannelName
from bot.ports import Clock, Facts, HandoffRefused, NoFacts, People, StoreUnavailable
from bot.routing.rules import Rules
from desk import live
from desk.access.gate import Gate
from desk.accounts.one_time_codes import OneTimeCodes, sealing_key
from desk.accounts.passkeys import Passkeys, is_a_name
from desk.accounts.roles import WORKS
from desk.accounts.tokens import ApiTokens
from desk.accounts.work import Status
from desk.admin.accounts import AccountPages
from desk.admin.looking import Looking
from desk.admin.tokens import TokenPages
from desk.agents import FIRST_NAME, AgentDirectory
from desk.articles.proposals import Listed, Proposals
from desk.articles.search import ArticleSearch
from desk.auth import Doors
from desk.calls.calling import ATTACHMENT, SOUND, Calling
from desk.calls.softphone import BrowserCalls, Softphone
from desk.canned.store import CannedReplies
from desk.canned.variables import not_filled_in, unfilled
from desk.composing.canned_pages import CannedPages
from desk.composing.offering import Offering
from desk.factors.openid import BEGIN
from desk.factors.provider import BACK, OpenId, Provider
from desk.guard import Guard, Handler, Missing
from desk.http import HEADERS, PARTS, NotSignedIn, Refusal, Visit, form_of, see, visitor
from desk.life.forms import AWAY, MASKED, LifeForms
from desk.pages import Pages, static
from desk.presence import Presence
from desk.queue import past
from desk.queue.board import Board
from desk.queue.column import Column
from desk.queue.past import Past
from desk.queue.promises import Promises
from desk.sessions import SessionStore
from desk.showing import Showing
from desk.supervision.day import Told
from desk.supervision.pages import Supervision
from desk.transcripts import reading
from desk.transcripts.reading import Transcripts
from desk.words import words
from desk.words.facts import FactWords
from knowledge.library import Library


class Records(past.Records, reading.Records, Protocol):
    """What is kept for good, for agents and for those who design the assistant."""


Typing = Callable[[Address, bool], Awaitable[None]]
"""Shows the customer at that address that an agent writes, or no more."""
HANDOFF = re.compile(r"[A-Za-z0-9_-]{1,80}")


async def _none() -> Sequence[str]:
    return ()


class Desk:
    """The agents' pages, for the gateway's internal listener.

    ``app.add_routes(desk.routes())`` and ``app.on_shutdown.append(desk.on_shutdown)``, which ends the open event
    streams (else a stop waits for them). ``secure_cookies`` is True when the desk is reached by https; ``softphone`` when
    agents may answer calls in their browser. ``troubles``: what is to be mended, in sentences. ``articles``: what agents may
    search beside the composer, if there are any; ``proposed``: what was proposed for them, None where nothing is kept: then
    nobody is let propose. ``known``: what agents read of what the assistant knows; ``promised``: how soon
    customers are promised an answer; ``rules``: how queues are routed; ``day``: the facts of today; ``wishes``: what customers
    want, by intent; ``simulated``: the simulator is there for a try; ``records``: where what is over is looked for; ``typing``:
    shows a customer that an agent writes; ``secret``: of the installation, what is kept encrypted is encrypted under;
    ``url``: where agents open the desk, without which there are no passkeys; ``openid``: where else people sign in, asked over
    ``http``.
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
        articles: Library | None = None,
        proposed: Listed | None = None,
        known: FactWords | None = None,
        promised: Promises | None = None,
        wishes: Mapping[str, str] | None = None,
        simulated: bool = False,
        records: Records | None = None,
        typing: Typing | None = None,
        secret: bytes = b"",
        url: str = "",
        openid: OpenId | None = None,
        http: aiohttp.ClientSession | None = None,
        rules: Rules | None = None,
        day: Told | None = None,
    ) -> None:
        self._people, self._agents, self._sessions = people, agents, sessions
        known = known or FactWords()
        self._pages = Pages(clock, known)
        self._presence = Presence(agents, sessions, clock, rules or Rules())
        self._calling = Calling(people, self._presence)
        told = facts or NoFacts()
        codes = OneTimeCodes(sessions.redis, sealing_key(secret), clock=clock, facts=told)
        keys = Passkeys(sessions.redis, url, clock=clock, facts=told) if is_a_name(url) else None
        provider = Provider(openid, http, clock) if openid and http else None
        self._doors = Doors(agents, sessions, self._pages, codes, secure_cookies=secure_cookies, provider=provider, keys=keys)
        self._browser = BrowserCalls(softphone, people, agents, sessions, self._pages) if softphone else None
        self._guard = Guard(Gate(agents, sessions), self._pages, softphone.headers if softphone else HEADERS, troubles)
        self._articles = ArticleSearch(articles, self._pages, self._visitor, clock) if articles else None
        self._proposals = self._proposals_on(articles, proposed, told, clock)
        names = self._proposals.names if self._proposals else ()
        replies = CannedReplies(sessions.redis, clock, told)
        self._offering = Offering(replies, people, self._pages, self._visitor, known)
        self._canned = [CannedPages(replies, people, self._pages, self._visitor, shared) for shared in (False, True)]
        self._board = Board(people, clock)
        column = Column(people, self._board, self._presence, sessions.marks, promised or Promises(), known, self._pages, clock)
        common = (people, agents, self._presence, self._calling, self._pages, told, clock, softphone, known, column, troubles)
        self._past = Past(records, sessions.searches, told, self._pages, self._presence, clock) if records else None
        looking = Looking(self._visitor, told, clock)
        self._accounts = AccountPages(agents, sessions, codes, keys, self._presence, looking, self._pages)
        self._tokens = TokenPages(ApiTokens(sessions.redis, clock=clock, facts=told), looking, self._pages)
        self._transcripts = Transcripts(records, self._visitor, told, self._pages, clock, wishes or {}, self._names)
        self._showing = Showing(
            *common, past=self._past, simulated=simulated, searched=articles is not None, amended=names, wishes=wishes or {}
        )
        self._supervision = Supervision(people, agents, self._presence, column, self._pages, clock, self._watcher, day)
        self._life = LifeForms(people, self._visitor, self._done, clock)
        self._typing = typing
        self._stopping = asyncio.Event()

    def routes(self) -> list[web.AbstractRouteDef]:
        """All routes, under ``/desk``; files under ``/desk/static``."""
        one = f"/desk/handoffs/{{id:{HANDOFF.pattern}}}"
        doors = self._doors
        get: list[tuple[str, Handler]] = [
            *((path, self.home) for path in ("/desk", "/desk/")),
            ("/desk/sign-in", doors.sign_in_page),
            ("/desk/sign-in/code", doors.code.page),
            *([(BEGIN, doors.elsewhere.go), (BACK, doors.elsewhere.back)] if doors.elsewhere else []),
            *([("/desk/passkeys", doors.passkeys.page)] if doors.passkeys else []),
            ("/desk/second-factor", doors.codes.page),
            ("/desk/password", doors.password_page),
            ("/desk/settings", doors.settings_page),
            ("/desk/parts", self.parts),
            ("/desk/events", self.events),
            (one, self.conversation),
            (one + "/earlier", self.earlier),
            *([(f"/desk/conversations/{{id:{HANDOFF.pattern}}}", self.past)] if self._past else []),
            (one + f"/sound/{{sid:{SOUND.pattern}}}", self.sound),
            (one + f"/attachments/{{key:{ATTACHMENT.pattern}}}", self.attachment),
            ("/desk/transcripts", self._transcripts.list),
            (f"/desk/transcripts/{{id:{HANDOFF.pattern}}}", self._transcripts.one),
            *self._accounts.get(),
            *self._tokens.get(),
            *self._supervision.looks(),
            ("/desk/static/{name}", static),
            *self._of_articles(),
            *self._of_canned(one),
            ("/desk/{rest:.+}", self.nowhere),
        ]
        post: list[tuple[str, Handler]] = [
            ("/desk/sign-in", doors.sign_in),
            ("/desk/sign-in/code", doors.code.check),
            *self._of_passkeys(),
            ("/desk/second-factor", doors.codes.begin),
            ("/desk/second-factor/confirm", doors.codes.confirm),
            ("/desk/second-factor/remove", doors.codes.remove),
            ("/desk/sign-out", doors.sign_out),
            ("/desk/password", doors.password),
            ("/desk/settings", doors.settings),
            ("/desk/settings/sessions", doors.end_session),
            *self._accounts.post(),
            *self._tokens.post(),
            ("/desk/available", self.available),
            (one + "/accept", self.accept),
            (one + "/reply", self.reply),
            (one + "/typing", self.typing),
            (one + "/call", self.call),
            (one + "/unlink", self.unlink),
            *self._life.routes(one),
            *self._supervision.forms(HANDOFF.pattern),
            *([(f"/desk/conversations/{{id:{HANDOFF.pattern}}}/take", self.take)] if self._past else []),
            *self._of_proposals(one),
            *(form for pages in self._canned for form in pages.post(HANDOFF.pattern)),
        ]
        return [
            *(self._browser.routes(self._guard.over) if self._browser else ()),
            *(web.get(path, self._guard.over(handler)) for path, handler in get),
            *(web.post(path, self._guard.over(handler)) for path, handler in post),
        ]

    def _of_passkeys(self) -> list[tuple[str, Handler]]:
        """The forms of passkeys, where there are any."""
        page = self._doors.passkeys
        if page is None:
            return []
        forms = {"/desk/sign-in/passkey": page.sign_in, "/desk/sign-in/passkey/options": page.asked, "/desk/passkeys": page.add}
        return [*forms.items(), ("/desk/passkeys/options", page.options), ("/desk/passkeys/remove", page.remove)]

    def _of_articles(self) -> list[tuple[str, Handler]]:
        """The pages of articles, where there are any."""
        search = [("/desk/articles", self._articles.search)] if self._articles else []
        return [*search, *([("/desk/proposals", self._proposals.page)] if self._proposals else [])]

    def _of_canned(self, one: str) -> list[tuple[str, Handler]]:
        """The pages of canned replies; ``one``: a handoff's path."""
        pages = [page for pages in self._canned for page in pages.get(HANDOFF.pattern)]
        return [(one + "/canned-replies", self._offering.list), *pages]

    def _of_proposals(self, one: str) -> list[tuple[str, Handler]]:
        """The forms of proposed articles, where there are any; ``one``: a handoff's path."""
        forms = self._proposals
        return [("/desk/proposals", forms.decide), (one + "/propose", forms.propose)] if forms else []

    def _proposals_on(self, articles: Library | None, proposed: Listed | None, facts: Facts, clock: Clock) -> Proposals | None:
        if not articles or not proposed:
            return None
        return Proposals(
            articles, self._people, self._pages, self._visitor, self._done, facts=facts, clock=clock, listed=proposed
        )

    async def on_shutdown(self, app: web.Application) -> None:
        """End the event streams; browsers connect again by themselves."""
        self._stopping.set()

    async def home(self, request: web.Request) -> web.StreamResponse:
        """The desk with no conversation chosen."""
        return await self._showing.page(await self._visitor(request), None)

    async def conversation(self, request: web.Request) -> web.StreamResponse:
        """The desk with one conversation, which is told of: an agent reads it."""
        visit = await self._visitor(request)
        typed = await self._offering.chosen(visit)
        return await self._showing.page(visit, request.match_info["id"], opened=True, typed=typed)

    async def earlier(self, request: web.Request) -> web.StreamResponse:
        """Older lines of a conversation."""
        await self._visitor(request)
        return await self._showing.earlier(request.match_info["id"], request.query.get("before", ""))

    async def past(self, request: web.Request) -> web.StreamResponse:
        """A conversation that is over, as it is kept for good."""
        visit = await self._visitor(request)
        if self._past is None:
            raise Missing("There is no such conversation.")
        return await self._past.page(request, visit)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Take a conversation from the assistant, or begin one with its customer."""
        visit = await self._visitor(request)
        await form_of(request)
        try:
            if not visit.agent.available:
                raise HandoffRefused(AWAY)
            handoff = await self._people.take(request.match_info["id"], visit.agent.username)
        except HandoffRefused as refused:
            return self._pages.sentence(409, words()("past.not_taken"), str(refused))
        self._board.changed(handoff.id)
        return see(page_of(handoff.id))

    async def _names(self) -> Sequence[str]:
        """Of the agents, as customers read them."""
        return [one.display_name for one in await self._agents.all() if one.display_name != FIRST_NAME]

    async def parts(self, request: web.Request) -> web.StreamResponse:
        """What may have changed on the page. Asked by the script, so it does not count as the agent's doing."""
        visit, handoff_id = await visitor(request, self._agents, self._sessions, touch=False), request.query.get("handoff", "")
        if handoff_id and not HANDOFF.fullmatch(handoff_id):
            raise Missing("There is no such conversation.")
        if request.query.get("only") == "queue":
            return await self._showing.queue(visit, handoff_id)
        looks = request.query.get("looks") == "1"
        return await self._showing.page(visit, handoff_id or None, template="parts.html", looks=looks)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The live stream of one tab."""
        await visitor(request, self._agents, self._sessions, touch=False)

        async def signed_in() -> bool:
            try:
                visit = await visitor(request, self._agents, self._sessions, touch=False)
            except NotSignedIn:
                return False
            return visit.agent.role in WORKS  # it may be another since the gate looked

        return await live.stream(request, self._people.watch(), signed_in, self._stopping, self._board)

    async def available(self, request: web.Request) -> web.StreamResponse:
        """Say whether I take conversations, or what I do instead (``status``, ``reason``); ``back``: the conversation the page
        shows."""
        visit, fields = await self._visitor(request), await form_of(request)
        said = fields.get("status", Status.AVAILABLE if fields.get("available") == "1" else Status.AWAY)
        if said in set(Status):
            await self._agents.set_status(visit.agent.username, Status(said), fields.get("reason", ""))
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
        if gaps := unfilled(text):
            return await self._done(visit, handoff_id, Refusal("reply", not_filled_in(gaps), text, once, 422))
        cause = cause_of(once, text)
        number = f"{visit.agent.username}|{handoff_id}|{cause}"
        state = await self._sessions.sent.claim(number)
        if state == "doing":
            return await self._done(visit, handoff_id, Refusal("reply", "This reply is being sent.", text, once))
        try:
            if state == "new":
                via = fields.get("via", "")
                chosen = ChannelName(via) if via in set(ChannelName) else None
                await self._people.reply(handoff_id, visit.agent.username, text, cause, chosen)
        except (HandoffRefused, StoreUnavailable) as refused:
            await self._sessions.sent.release(number)
            if isinstance(refused, StoreUnavailable):
                raise
            return await self._done(visit, handoff_id, Refusal("reply", str(refused), text, once))
        await self._sessions.sent.done(number)
        return await self._done(visit, handoff_id, Refusal("reply", MASKED, status=200) if secrets_out else None)

    async def typing(self, request: web.Request) -> web.StreamResponse:
        """The agent writes, or does not any more: the customer is shown it where they are on the web chat."""
        visit, fields = await visitor(request, self._agents, self._sessions, touch=False), await form_of(request)
        one = await self._people.glance(request.match_info["id"])
        address = one.contact.last_address if one and one.contact else None
        if one and one.handoff.agent == visit.agent.username and address and address.kind is AddressKind.WEB and self._typing:
            await self._typing(address, fields.get("on") == "1")
        return web.Response(status=204)

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

    async def _watcher(self, request: web.Request) -> Visit:
        """A page that asks by itself is no sign of the agent."""
        by_itself = request.method == "GET" and PARTS in request.headers
        return await visitor(request, self._agents, self._sessions, touch=not by_itself)

    async def _visitor(self, request: web.Request) -> Visit:
        return await visitor(request, self._agents, self._sessions)

    async def _done(self, visit: Visit, handoff_id: str | None, refusal: Refusal | None = None) -> web.Response:
        """After a form: parts for the script; otherwise on to the page, or the page with the refusal on it."""
        self._board.changed(handoff_id)
        if visit.by_script:
            return await self._showing.page(visit, handoff_id, refusal, "parts.html", looks=True)
        if refusal:
            return await self._showing.page(visit, handoff_id, refusal)
        return see(page_of(handoff_id))


def cause_of(once: str, text: str) -> str:
    """The number of a reply: the form's own, and its words. Other words in a form that was sent already are another reply."""
    return f"{once}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def page_of(handoff_id: str | None) -> str:
    """The page of a conversation, or the desk."""
    return f"/desk/handoffs/{handoff_id}" if handoff_id else "/desk"
