"""The pages on which canned replies are made, changed and removed: everybody's own, and the shared ones for supervisors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.ports import People
from desk.canned.replies import LONGEST_TEXT, LONGEST_TITLE, SHARED, CannedRefused, CannedReply, draft_of, most
from desk.canned.store import CannedReplies
from desk.canned.variables import Variable, written
from desk.guard import Handler, Missing
from desk.http import Visit, form_of, see
from desk.pages import Pages
from desk.words import words

OWN, ALL = "/desk/canned-replies", "/desk/supervisor/canned-replies"


@dataclass(frozen=True, slots=True)
class CannedPages:
    """``shared``: those of all agents, else those of whoever asks and nobody else's. Who may is the table's affair."""

    replies: CannedReplies
    people: People
    pages: Pages
    visitor: Callable[[web.Request], Awaitable[Visit]]
    shared: bool = False

    @property
    def at(self) -> str:
        """Where they stand."""
        return ALL if self.shared else OWN

    def get(self, number: str) -> list[tuple[str, Handler]]:
        """What is looked at; ``number``: the pattern of an id."""
        return [(self.at, self.all), (f"{self.at}/{{id:{number}}}", self.one)]

    def post(self, number: str) -> list[tuple[str, Handler]]:
        """What is changed."""
        one = f"{self.at}/{{id:{number}}}"
        return [(self.at, self.make), (one, self.change), (f"{one}/remove", self.remove)]

    async def all(self, request: web.Request) -> web.StreamResponse:
        """The list, and a form for a new one."""
        return await self._all(await self.visitor(request))

    async def one(self, request: web.Request) -> web.StreamResponse:
        """One of them in a form. Missing when it is not among them."""
        visit = await self.visitor(request)
        found = await self._found(visit, request.match_info["id"])
        return self._one(visit, found, {"title": found.title, "text": found.text, "queue": found.queue})

    async def make(self, request: web.Request) -> web.StreamResponse:
        """A new one, or a sentence why not, with what was typed."""
        visit, fields = await self.visitor(request), await form_of(request)
        try:
            await self.replies.make(self._owner(visit), draft_of(fields, self.people.queues.by_name), visit.agent.username)
        except CannedRefused as refused:
            return await self._all(visit, 422, str(refused), fields)
        return see(f"{self.at}?saved")

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Other words for one, unless somebody else wrote others meanwhile."""
        visit, fields, number = await self.visitor(request), await form_of(request), request.match_info["id"]
        try:
            draft, version = draft_of(fields, self.people.queues.by_name), fields.get("version", "")
            done = await self.replies.change(self._owner(visit), number, version, draft, visit.agent.username)
        except CannedRefused as refused:
            return self._one(visit, await self._found(visit, number), fields, 422, str(refused))
        if done is None:
            raise Missing(words()("canned.unknown"))
        return see(f"{self.at}?saved")

    async def remove(self, request: web.Request) -> web.StreamResponse:
        """It is offered nowhere any more. Missing when it is not among them."""
        visit = await self.visitor(request)
        await form_of(request)
        if not await self.replies.remove(self._owner(visit), request.match_info["id"], visit.agent.username):
            raise Missing(words()("canned.unknown"))
        return see(f"{self.at}?saved")

    def _owner(self, visit: Visit) -> str:
        return SHARED if self.shared else visit.agent.username

    async def _found(self, visit: Visit, number: str) -> CannedReply:
        found = await self.replies.one(self._owner(visit), number)
        if found is None:
            raise Missing(words()("canned.unknown"))
        return found

    async def _all(
        self, visit: Visit, status: int = 200, error: str = "", fields: Mapping[str, str] | None = None
    ) -> web.Response:
        replies = await self.replies.of(self._owner(visit))
        values = self._values(visit, fields or {}, error) | {"replies": replies, "most": most(self._owner(visit))}
        values |= {"others": [] if self.shared else await self.replies.of(SHARED), "saved": "saved" in visit.request.query}
        return self.pages.render("canned_all.html", status, **values)

    def _one(self, visit: Visit, one: CannedReply, fields: Mapping[str, str], status: int = 200, error: str = "") -> web.Response:
        return self.pages.render("canned_one.html", status, one=one, **self._values(visit, fields, error))

    def _values(self, visit: Visit, fields: Mapping[str, str], error: str) -> dict[str, object]:
        values: dict[str, object] = {"me": visit.agent, "csrf": visit.csrf, "at": self.at, "shared": self.shared}
        values |= {"fields": fields, "error": error, "queues": self.people.queues, "variables": [*map(written, Variable)]}
        return values | {"longest_title": LONGEST_TITLE, "longest_text": LONGEST_TEXT}
