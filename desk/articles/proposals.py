"""A reply that other customers would need, too, is proposed as an article or to amend one; supervisors see what was proposed.

``python -m gateway.commands.proposals`` makes drafts of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from bot.door.outgoing import unreadable
from bot.facts.articles import DECISIONS, decided, proposed
from bot.model import Author, TranscriptLine
from bot.ports import Clock, Facts, HandoffRefused, HandoffView, People
from desk import show
from desk.guard import Missing
from desk.http import Visit, form_of
from desk.pages import Pages
from knowledge.library import Library
from records.errors import RecordsUnavailable
from records.sql import Proposal
from records.sql.queries.proposals import OPEN

NOT_THERE = "This reply is not among the lines shown. Load the page again."
NO_ARTICLE = "There is no article of that name. Leave it empty to propose a new one."
NOT_OPEN = (
    "Say which open proposal, and whether it is taken or declined. Perhaps somebody decided it already: load the page again."
)
AWAY = "What was proposed cannot be read just now. Please try again in a moment."

Listed = Callable[[], Awaitable[Sequence[Proposal]]]
"""All that was proposed, with what came of it. Raises RecordsUnavailable."""
Who = Callable[[web.Request], Awaitable[Visit]]
Done = Callable[[Visit, str], Awaitable[web.Response]]
"""What is shown after a form of this conversation."""


class Proposals:
    """``library``: the articles that may be amended; ``done``: what is shown then; ``listed``: what was proposed."""

    def __init__(
        self, library: Library, people: People, pages: Pages, who: Who, done: Done, *, facts: Facts, clock: Clock, listed: Listed
    ) -> None:
        self._library, self._people, self._pages, self._who, self._done = library, people, pages, who, done
        self._facts, self._clock, self._listed = facts, clock, listed

    @property
    def names(self) -> Sequence[tuple[str, str]]:
        """Name and title of each article."""
        return [(one.slug, one.front.title) for one in self._library.written_in("en")]

    async def propose(self, request: web.Request) -> web.StreamResponse:
        """Propose a reply of this conversation as an article; the script shows a refusal beside the button."""
        visit, handoff_id = await self._who(request), request.match_info["id"]
        fields = await form_of(request)
        try:
            view = await self._people.view(handoff_id)
        except HandoffRefused as refused:
            raise Missing(str(refused)) from refused
        line, article = fields.get("line", "")[:80], fields.get("article", "").strip()
        why = await self._proposed(view, visit.agent.username, line, article)
        return web.Response(text=why, status=422) if why else await self._done(visit, handoff_id)

    async def _proposed(self, view: HandoffView, by: str, line: str, article: str) -> str:
        """Propose an agent's line of this conversation; a sentence when that cannot be. Raises StoreUnavailable."""
        said = _said(view, line)
        if said is None:
            return NOT_THERE
        if article and article not in {name for name, _ in self.names}:
            return NO_ARTICLE
        question, reply = (unreadable(text)[0] for text in said)
        await self._facts.once(proposed(view.handoff, line, by, article, (question, reply), self._clock()))
        return ""

    async def page(self, request: web.Request) -> web.StreamResponse:
        """What was proposed, the open ones first. 503 while the records are away."""
        visit = await self._who(request)
        try:
            return self._page(visit, await self._listed())
        except RecordsUnavailable:
            return self._pages.sentence(503, "Not available", AWAY)

    async def decide(self, request: web.Request) -> web.StreamResponse:
        """Take an open proposal, or decline it. 422 for one that is not open."""
        visit, fields = await self._who(request), await form_of(request)
        number, state = fields.get("proposal", ""), fields.get("state", "")
        try:
            found = await self._listed()
        except RecordsUnavailable:
            return self._pages.sentence(503, "Not available", AWAY)
        if state not in DECISIONS or number not in {one.id for one in found if one.state == OPEN}:
            return self._pages.sentence(422, "Not accepted", NOT_OPEN)
        await self._facts.once(decided(number, state, visit.agent.username, self._clock()), None)
        return self._page(visit, found, number)

    def _page(self, visit: Visit, found: Sequence[Proposal], done: str = "") -> web.Response:
        """``done``: the one that was decided just now; the records have it some seconds later."""
        waiting = [one for one in found if one.state == OPEN and one.id != done]
        over = [one for one in found if one.state != OPEN][::-1]
        today = self._clock().date()
        late = [one for one in self._library.written_in("en") if one.front.review < today]
        return self._pages.render("proposals.html", csrf=visit.csrf, waiting=waiting, over=over, late=late, done=bool(done))


def _said(view: HandoffView, line: str) -> tuple[str, str] | None:
    """The customer's latest words before an agent's line, and the line."""
    question = ""
    for day in show.days(view, {}):
        for one in day.lines:
            said: TranscriptLine = one.said
            if said.author is Author.CUSTOMER:
                question = said.text
            elif one.key == line and said.author is Author.AGENT:
                return question, said.text
    return None
