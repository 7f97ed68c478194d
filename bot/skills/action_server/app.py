"""The action server: rasa_sdk's executor behind three routes.

rasa_sdk's own server is not used: its error answer repeats the request (the customer's words and slots), it allows any
origin, anybody may call it, and it listens on every interface unless told otherwise. The routes and bodies are the same.

A call says who the customer is and what they have proved, and is believed: so only Rasa, which has the token, may make one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from aiohttp import web
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from bot.skills.action_server.bearer import has_token, refused
from bot.skills.action_server.domains import Domains, UnknownDomain

LARGEST = 16 * 2**20  # bytes; Rasa sends the tracker's window with each call, and the domain
EXECUTOR = web.AppKey("executor", ActionExecutor)
DOMAINS = web.AppKey("domains", Domains)
TOKEN = web.AppKey("token", str)
PATIENCE = 1.0
"""Seconds that the database has to answer a health check, which itself is waited for no longer than two."""
Reached = Callable[[], Awaitable[bool]]
log = logging.getLogger(__name__)


async def _none_to_reach() -> bool:
    return True


def create_app(
    executor: ActionExecutor, token: str, routes: Iterable[web.RouteDef] = (), database: Reached = _none_to_reach
) -> web.Application:
    """``POST /webhook`` runs an action, ``GET /actions`` lists them: both for those with the ``token``. ``GET /health`` tells
    anybody that it runs, and whether its ``database`` answers; ``routes``: further ones."""
    app = web.Application(client_max_size=LARGEST)
    app[EXECUTOR] = executor
    app[DOMAINS] = Domains()
    app[TOKEN] = token
    app.add_routes(
        [web.post("/webhook", webhook), web.get("/health", partial(health, database)), web.get("/actions", actions), *routes]
    )
    return app


async def health(database: Reached, _: web.Request) -> web.Response:
    """200 once the server runs, also without its database: what needs none goes on."""
    try:
        there = await asyncio.wait_for(database(), PATIENCE)
    except TimeoutError:
        there = False
    return web.json_response({"status": "ok" if there else "degraded", "database": there})


async def actions(request: web.Request) -> web.Response:
    """The registered actions, in rasa_sdk's shape. 401 without the token."""
    if not has_token(request, request.app[TOKEN]):
        return refused()
    return web.json_response([{"name": name} for name in request.app[EXECUTOR].actions])


def _is_call(body: Any) -> bool:
    return isinstance(body, dict) and isinstance(body.get("next_action"), str) and isinstance(body.get("tracker"), dict)


async def webhook(request: web.Request) -> web.Response:
    """Run one action. 401 without the token, 400 for a bad body or a rejected execution, 404 for an unknown action, 409 for
    a domain that is named by its digest and not known here, 500 when it raised.

    Shapes: https://rasa.com/docs/action-server/pages/action-server-api
    """
    if not has_token(request, request.app[TOKEN]):
        return refused()
    try:
        call: Any = await request.json()
    except ValueError:
        return web.json_response({"error": "the body is not JSON"}, status=400)
    if not _is_call(call):
        return web.json_response({"error": "next_action and tracker are needed"}, status=400)
    name: str = call["next_action"]
    try:
        kept = request.app[DOMAINS].complete(call)
        answer = await request.app[EXECUTOR].run(call)
        return web.json_response({**(answer or {}), "domain_kept": kept} if kept else answer)
    except UnknownDomain:
        return web.json_response({"error": "the domain is not known here"}, status=409)
    except ActionExecutionRejection as rejection:
        return web.json_response({"error": rejection.message, "action_name": rejection.action_name}, status=400)
    except ActionNotFoundException as missing:
        return web.json_response({"error": missing.message, "action_name": missing.action_name}, status=404)
    except Exception as error:  # noqa: BLE001 the edge of this process: Rasa must hear that the action failed, and nothing else
        # The kind alone: an error's text and traceback may hold names and digits.
        log.error("action failed", extra={"action": name[:80], "error": type(error).__name__})
        return web.json_response({"error": "the action failed", "action_name": name}, status=500)
