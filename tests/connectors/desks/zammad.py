"""A Zammad that follows its documented API: tickets, articles, states, users. Written from that alone.

``search_lags``: its search does not find what was just made. ``after_work``: statuses that are given although the work was done.
``changed``: tickets of which the trigger's webhook goes out, whoever changed them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN, GROUP = "z" * 24, "Support"
US, MARIA, NOBODY = 5, 11, 1
STATES = [
    {"id": 1, "state_type_id": 1, "name": "new"},
    {"id": 2, "state_type_id": 2, "name": "open"},
    {"id": 4, "state_type_id": 5, "name": "closed"},
    {"id": 9, "state_type_id": 5, "name": "solved by phone"},
]


@dataclass
class Zammad:
    search_lags: bool = False
    answers: list[int] = field(default_factory=list)
    after_work: list[int] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    tickets: list[dict[str, Any]] = field(default_factory=list)
    articles: list[dict[str, Any]] = field(default_factory=list)
    customers: list[dict[str, Any]] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    """Of the next answers, which are 200 and nothing that is published."""

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.router.add_post("/api/v1/tickets", self._new_ticket)
        app.router.add_get("/api/v1/tickets/search", self._search)
        app.router.add_get("/api/v1/tickets/{id}", self._ticket)
        app.router.add_put("/api/v1/tickets/{id}", self._update)
        app.router.add_post("/api/v1/ticket_articles", self._new_article)
        app.router.add_get("/api/v1/ticket_articles/by_ticket/{id}", self._articles)
        app.router.add_get("/api/v1/ticket_states", self._states)
        app.router.add_get("/api/v1/users/{id}", self._user)
        return app

    def agent_writes(self, ticket: int, body: str, **more: Any) -> dict[str, Any]:
        base = {"ticket_id": ticket, "body": body, "content_type": "text/html", "type": "note", "sender": "Agent"}
        return self._article({"internal": False, **base, **more}, MARIA)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Token token={TOKEN}":
            return web.json_response({"error": "Authentication required"}, status=401)
        if self.answers and (status := self.answers.pop(0)) != 200:
            return web.json_response({"error": "x"}, status=status)
        if self.bodies:
            return web.json_response(self.bodies.pop(0))
        done: web.StreamResponse = await handler(request)
        if self.after_work and request.method == "POST" and (status := self.after_work.pop(0)) != 200:
            return web.Response(status=status)
        return done

    async def _new_ticket(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body["group"] != GROUP:
            return web.json_response({"error": "No lookup value found for 'group'"}, status=422)
        login = body["customer"]["login"]
        if login not in self.logins:
            self.logins.append(login)
            self.customers.append(body["customer"])
        made = {"id": 20 + len(self.tickets), "title": body["title"], "state_id": 1, "owner_id": NOBODY}
        self.tickets.append(made | {"customer_id": 100 + self.logins.index(login)})
        self._article({"ticket_id": made["id"], **body["article"]}, US)
        return web.json_response(self.tickets[-1], status=201)

    async def _search(self, request: web.Request) -> web.Response:
        found = [] if self.search_lags else [one for one in self.tickets if request.query["query"] in one["title"]]
        return web.json_response(found)

    async def _ticket(self, request: web.Request) -> web.Response:
        return web.json_response(self._of(request))

    async def _update(self, request: web.Request) -> web.Response:
        body, ticket = await request.json(), self._of(request)
        ticket["state_id"] = next(one["id"] for one in STATES if one["name"] == body["state"])
        self._article({"ticket_id": ticket["id"], **body["article"]}, US)
        return web.json_response(ticket)

    async def _new_article(self, request: web.Request) -> web.Response:
        return web.json_response(self._article(await request.json(), US), status=201)

    async def _articles(self, request: web.Request) -> web.Response:
        return web.json_response([one for one in self.articles if one["ticket_id"] == int(request.match_info["id"])])

    async def _states(self, _request: web.Request) -> web.Response:
        return web.json_response(STATES)

    async def _user(self, request: web.Request) -> web.Response:
        names = {str(MARIA): ("Maria", "Lopez"), "me": ("Onethread", "")}
        first, last = names[request.match_info["id"]]
        return web.json_response({"id": US if request.match_info["id"] == "me" else MARIA, "firstname": first, "lastname": last})

    def _of(self, request: web.Request) -> dict[str, Any]:
        return next(one for one in self.tickets if one["id"] == int(request.match_info["id"]))

    def _article(self, body: dict[str, Any], by: int) -> dict[str, Any]:
        made = {"attachments": [], **body, "id": 500 + len(self.articles), "created_by_id": by}
        self.articles.append(made)
        self.changed.append(made["ticket_id"])
        return made
