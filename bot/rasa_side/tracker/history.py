"""What a conversation holds, read for the transcript: raw events in pages, and the slots, without building a long tracker.

``GET /webhooks/history/events?conversation=<id>&from=0&limit=500`` -> ``{"events": [...]}`` (fewer than ``limit``: the end)
``GET /webhooks/history/slots?conversation=<id>`` -> ``{"slots": {...}}``
Both want the same bearer token as the channels; 400 for a bad parameter, 500 when the store fails. Rasa's own
``GET /conversations/<id>/tracker`` replays the whole history for each of these.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.rasa_side.door import authorised, token_from, where

logger = logging.getLogger(__name__)

MAX_PAGE = 1000


class History(InputChannel):  # type: ignore[misc]  # Rasa is not annotated
    """An "input channel" that only answers questions: Rasa has no other place for routes of ours."""

    def __init__(self, token: str) -> None:
        self._token = token

    @classmethod
    def name(cls) -> str:
        """Part of the URL."""
        return "history"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> History:
        """Read ``token`` from credentials.yml; RasaException (Rasa does not start) when it is missing or short."""
        return cls(token_from(credentials, cls.__name__))

    def blueprint(self, on_new_message: Callable[[Any], Awaitable[Any]]) -> Blueprint:
        """Both routes."""
        routes = Blueprint("onethread_history")

        @routes.get("/events")
        async def events(request: Request) -> HTTPResponse:
            return await self._answer(request, _events)

        @routes.get("/slots")
        async def slots(request: Request) -> HTTPResponse:
            return await self._answer(request, _slots)

        return routes

    async def _answer(self, request: Request, look_up: Callable[[Request, Any, str], Awaitable[dict[str, Any]]]) -> HTTPResponse:
        if not authorised(request, self._token):
            return json({"error": "a valid bearer token is needed"}, status=401)
        conversation, agent = request.args.get("conversation"), request.app.ctx.agent
        if not conversation:
            return json({"error": "conversation: a text is needed"}, status=400)
        if agent is None or not agent.is_ready():
            return json({"error": "no model is loaded"}, status=503)
        try:
            return json(await look_up(request, agent.tracker_store, conversation))
        except ValueError as error:
            return json({"error": str(error)}, status=400)
        except Exception as error:  # noqa: BLE001 - the edge: whatever the store raised, the gateway is told
            logger.error("history failed: conversation=%s error=%s", conversation, where(error))
            return json({"error": "the store failed"}, status=500)


async def _events(request: Request, store: Any, conversation: str) -> dict[str, Any]:
    start, limit = _number(request, "from", 0), _number(request, "limit", MAX_PAGE)
    if not 1 <= limit <= MAX_PAGE:
        raise ValueError(f"limit: from 1 to {MAX_PAGE}")
    if hasattr(store, "page"):
        return {"events": await store.page(conversation, start, limit)}
    tracker = await store.retrieve_full_tracker(conversation)
    events = [] if tracker is None else list(tracker.events)[start : start + limit]
    return {"events": [event.as_dict() for event in events]}


async def _slots(_request: Request, store: Any, conversation: str) -> dict[str, Any]:
    tracker = await store.retrieve(conversation) or store.init_tracker(conversation)
    return {"slots": tracker.current_slot_values()}


def _number(request: Request, name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isdecimal():
        raise ValueError(f"{name}: a number is needed")
    return int(text)
