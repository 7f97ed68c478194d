"""The Graph API's Send resource, with its token, its faults and its errors."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from aiohttp import web

from simulator.messenger.graph_rules import GraphError
from simulator.messenger.messenger import Json, Messenger
from simulator.rest_faults import RestError, fail_before, lose
from simulator.world import World


class GraphApi:
    """The routes below ``/graph``."""

    def __init__(self, world: World, messenger: Messenger) -> None:
        self._world = world
        self._messenger = messenger

    def routes(self) -> list[web.RouteDef]:
        """With and without a version in the path, as the real host takes both."""
        return [
            web.post(r"/graph/{version:v\d+\.\d+}/{node}/messages", self._send),
            web.post("/graph/{node}/messages", self._send),
            web.route("*", "/graph/{tail:.*}", self._send),
        ]

    async def _send(self, request: web.Request) -> web.Response:
        raw = await request.read()
        try:
            body = json.loads(raw or b"{}")
        except ValueError:
            body = None
        mode = self._world.faults.take_rest()
        status, answer = await self._answer(request, body, mode)
        note = "the answer was lost" if mode == "lost" else ""
        self._record(request, body, status, answer, note)
        if mode == "lost":
            lose(request)
        return web.json_response(answer, status=status)

    async def _answer(self, request: web.Request, body: Any, mode: str) -> tuple[int, Json]:
        try:
            await fail_before(mode, self._world.closing)
            self._authorise(request, body)
            self._check_path(request)
            return 200, self._messenger.accept(body)
        except RestError as error:
            code = 4 if error.status == 429 else 2
            return error.status, GraphError(f"(#{code}) {error.message}", code, status=error.status).to_json()
        except GraphError as problem:
            return problem.status, problem.to_json()

    def _authorise(self, request: web.Request, body: Any) -> None:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        given = request.query.get("access_token") or (bearer if scheme.lower() == "bearer" else "")
        if not given and isinstance(body, dict):
            given = str(body.get("access_token", ""))
        if not hmac.compare_digest(given.encode(), self._world.settings.page_token.encode()):
            raise GraphError("Invalid OAuth access token - Cannot parse access token", 190, status=401)
        self._check_query(request)

    def _check_query(self, request: web.Request) -> None:
        """``appsecret_proof`` shows that the caller holds the app's secret; a wrong one is refused."""
        if unknown := sorted(set(request.query) - {"access_token", "appsecret_proof"}):
            raise GraphError(f"(#100) Simulator: there is no parameter {', '.join(unknown)[:80]}")
        settings = self._world.settings
        right = hmac.new(settings.app_secret.encode(), settings.page_token.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(request.query.get("appsecret_proof", right).encode(), right.encode()):
            raise GraphError("Invalid appsecret_proof provided in the API argument", 100, kind="GraphMethodException")

    def _check_path(self, request: web.Request) -> None:
        node = request.match_info.get("node")
        if request.method != "POST" or node not in ("me", self._world.settings.page_id):
            raise GraphError(
                "Unsupported request. Object does not exist or cannot be loaded", 100, 33, kind="GraphMethodException"
            )

    def _record(self, request: web.Request, body: Any, status: int, answer: Json, note: str) -> None:
        error = answer.get("error")
        shown = {k: v for k, v in body.items() if k != "access_token"} if isinstance(body, dict) else None
        self._world.journal.add(
            "exchange",
            direction="rest",
            what="Graph API",
            method=request.method,
            url=request.path,
            fields=None,
            body=json.dumps(shown, ensure_ascii=False),
            status=status,
            answer=answer,
            problems=[{"code": error["code"], "text": error["message"]}] if error else [],
            note=note,
        )
