"""``bot.ports.Dialogue`` over Rasa's HTTP: our channels for turns and history, Rasa's own API to append (docs/contracts.md).

Rasa's API: https://legacy-docs-oss.rasa.com/docs/rasa/pages/http-api
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import aiohttp
from pydantic import TypeAdapter, ValidationError

from bot.directives import Directive, from_json
from bot.menus.rich_replies import read_reply
from bot.model import ChannelName, Reply
from bot.ports import DialogueTurn, DialogueUnavailable, Understood

STORE_TIMEOUT = 10.0  # seconds; a page of events is the slowest of these
HEALTH_TIMEOUT = 2.0
PAGE = 500  # events
UNDERSTOOD = TypeAdapter(Understood)


class RasaClient:
    """The assistant at ``base_url``, with the one token that its channels and its API ask for.

    The session is the caller's to close.
    """

    def __init__(self, session: aiohttp.ClientSession, base_url: str, token: str) -> None:
        self._session = session
        self._base = base_url.rstrip("/")
        self._token = token

    async def turn(
        self,
        conversation_id: str,
        channel: ChannelName,
        message_id: str,
        *,
        text: str | None = None,
        payload: str | None = None,
        metadata: dict[str, Any],
        timeout: float,
    ) -> DialogueTurn:
        """One turn; see ``bot.ports.Dialogue.turn``. A repeated ``message_id`` is answered as it was the first time.

        Raises DialogueUnavailable, and ValueError unless exactly one of ``text`` and ``payload`` is given.
        """
        if (text is None) == (payload is None):
            raise ValueError("exactly one of text and payload is needed")
        body: dict[str, Any] = {"conversation": conversation_id, "message_id": message_id, "metadata": metadata}
        body.update({"text": text} if text is not None else {"payload": payload})
        answer = await self._call("POST", f"/webhooks/{channel.value}/webhook", timeout, json=body, headers=self._bearer())
        return parse_turn(answer)

    async def append(self, conversation_id: str, events: Sequence[dict[str, Any]]) -> None:
        """Add events without a turn. Rasa wants ``parse_data`` on a user event: an empty one is added where it is missing."""
        if events:
            params = {"include_events": "NONE", "token": self._token}
            body = [complete_event(event) for event in events]
            path = f"/conversations/{in_path(conversation_id)}/tracker/events"
            await self._call("POST", path, STORE_TIMEOUT, json=body, params=params)

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        """All events of the conversation, oldest first, fetched in pages. Raises DialogueUnavailable."""
        events: list[dict[str, Any]] = []
        while True:
            page = await self._history("events", conversation_id, {"from": str(len(events)), "limit": str(PAGE)})
            if not isinstance(page, list):
                raise DialogueUnavailable("a page of events is not a list", reached=True)
            events.extend(page)
            if len(page) < PAGE:
                return events

    async def slots(self, conversation_id: str) -> dict[str, Any]:
        """The slots by name. Raises DialogueUnavailable."""
        slots = await self._history("slots", conversation_id, {})
        if not isinstance(slots, dict):
            raise DialogueUnavailable("the slots are not an object", reached=True)
        return slots

    async def healthy(self) -> bool:
        """True when Rasa answers and has a model loaded."""
        try:
            status = await self._call("GET", "/status", HEALTH_TIMEOUT, params={"token": self._token})
        except DialogueUnavailable:
            return False
        return isinstance(status, dict) and bool(status.get("model_file"))

    async def _history(self, what: str, conversation_id: str, params: dict[str, str]) -> Any:
        """One question to ``bot.rasa_side.tracker.history``."""
        params = {"conversation": conversation_id, **params}
        answer = await self._call("GET", f"/webhooks/history/{what}", STORE_TIMEOUT, params=params, headers=self._bearer())
        return answer.get(what) if isinstance(answer, dict) else None

    async def _call(self, method: str, path: str, seconds: float, **request: Any) -> Any:
        """The answer's JSON. Raises DialogueUnavailable: not reached when no connection was made, or Rasa cannot answer yet."""
        limit = aiohttp.ClientTimeout(total=seconds)
        url = self._base + path
        try:
            async with self._session.request(method, url, timeout=limit, allow_redirects=False, **request) as response:
                if response.status != 200:
                    raise DialogueUnavailable(
                        f"Rasa answered {response.status} to {method} {_kind(path)}", reached=_no_use_again(response.status)
                    )
                return await response.json(content_type=None)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise DialogueUnavailable(f"no connection to Rasa ({type(error).__name__})", reached=False) from error
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            late = isinstance(error, TimeoutError)
            raise DialogueUnavailable(f"no whole answer from Rasa ({type(error).__name__})", reached=True, late=late) from error

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


def in_path(conversation_id: str) -> str:
    """The id as part of a path. ValueError for one that would have to be quoted: Rasa's server does not undo that."""
    if not conversation_id or quote(conversation_id, safe="") != conversation_id:
        raise ValueError("a conversation id has letters, digits and _ . - only")
    return conversation_id


def _no_use_again(status: int) -> bool:
    """Whether the same request must not, or need not, be made again: it may have been carried out (5xx), or will never be taken.

    503 (no model is loaded yet), 401 and 404 (not the Rasa that was meant) end when somebody sees to it: messages wait.
    """
    return (status >= 500 and status != 503) or status in (400, 413, 422)


def complete_event(event: dict[str, Any]) -> dict[str, Any]:
    """A user event with the ``parse_data`` that Rasa needs (without it Rasa answers 500); others as they are."""
    return {**event, "parse_data": event.get("parse_data") or {}} if event.get("event") == "user" else dict(event)


def parse_turn(body: object) -> DialogueTurn:
    """The body of a turn as replies and directives, in order. Raises DialogueUnavailable when it is not as agreed."""
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
        raise DialogueUnavailable("the turn's answer has no messages", reached=True)
    replies: list[Reply] = []
    directives: list[Directive] = []
    for message in body["messages"]:
        if not isinstance(message, dict):
            raise DialogueUnavailable("a message of the turn is not an object", reached=True)
        if reply := parse_reply(message):
            replies.append(reply)
        if directive := _directive(message.get("custom")):
            directives.append(directive)
    failed = tuple(str(name) for name in body.get("failed_actions") or ())
    return DialogueTurn(tuple(replies), tuple(directives), failed, _understood(body.get("understood")))


def _understood(told: object) -> Understood | None:
    try:
        return None if told is None else UNDERSTOOD.validate_python(told)
    except ValidationError as error:
        raise DialogueUnavailable("what the turn understood is not as agreed", reached=True) from error


def parse_reply(message: dict[str, Any]) -> Reply | None:
    """What is to be said in one message; None when there is nothing (a directive alone)."""
    return read_reply(message)


def _directive(custom: object) -> Directive | None:
    try:
        return from_json(custom)
    except ValueError as error:
        raise DialogueUnavailable(f"a directive is not as agreed: {error}", reached=True) from error


def _kind(path: str) -> str:
    """The path without the conversation's id, for an error's text."""
    parts = path.split("/")
    return "/".join("<id>" if before == "conversations" else part for before, part in zip(["", *parts], parts, strict=False))
