"""The action server: rasa_sdk's executor behind three routes.

rasa_sdk's own server is not used: its error answer repeats the request (the customer's words and slots), it allows any
origin, and it listens on every interface unless told otherwise. The routes and bodies are the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from aiohttp import web
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions.domains import Domains, UnknownDomain

LARGEST = 16 * 2**20  # bytes; Rasa sends the tracker's window with each call, and the domain
EXECUTOR = web.AppKey("executor", ActionExecutor)
DOMAINS = web.AppKey("domains", Domains)
log = logging.getLogger(__name__)


def create_app(executor: ActionExecutor, routes: Iterable[web.RouteDef] = ()) -> web.Application:
    """``POST /webhook`` runs an action, ``GET /health`` and ``GET /actions`` tell that it can; ``routes``: further ones."""
    app = web.Application(client_max_size=LARGEST)
    app[EXECUTOR] = executor
    app[DOMAINS] = Domains()
    app.add_routes([web.post("/webhook", webhook), web.get("/health", health), web.get("/actions", actions), *routes])
    return app


async def health(_: web.Request) -> web.Response:
    """200 once the server runs."""
    return web.json_response({"status": "ok"})


async def actions(request: web.Request) -> web.Response:
    """The registered actions, in rasa_sdk's shape."""
    return web.json_response([{"name": name} for name in request.app[EXECUTOR].actions])


def _is_call(body: Any) -> bool:
    return isinstance(body, dict) and isinstance(body.get("next_action"), str) and isinstance(body.get("tracker"), dict)


async def webhook(request: web.Request) -> web.Response:
    """Run one action. 400 for a bad body or a rejected execution, 404 for an unknown action, 409 for a domain that is named
    by its digest and not known here, 500 when it raised.

    Shapes: https://rasa.com/docs/action-server/pages/action-server-api
    """
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
