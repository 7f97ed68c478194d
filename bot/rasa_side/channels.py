"""The doors through which the gateway talks to Rasa: one input channel each for web, Messenger, SMS and voice.

``POST /webhooks/<channel>/webhook`` as in docs/contracts.md. Each channel collects its replies under its own name, so
Rasa picks the responses' ``channel:`` variations (its own ``rest`` channel never does, and answers 200 to any error).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.languages.current import current, speaking
from bot.languages.declared import Languages, LanguagesError
from bot.languages.tables import worded
from bot.rasa_side import failures, told
from bot.rasa_side.door import authorised, token_from, where
from bot.rasa_side.repeats import answered_before
from bot.rasa_side.tracker.wire import MAX_BODY, BadMessage, Message, read_message
from bot.rasa_side.understanding import DOMAIN, Understanding
from bot.transcript.repeats import Questions

logger = logging.getLogger(__name__)

ROUNDS = 5
"""Of the event loop, microseconds each when there is nothing to do."""
KEPT = ("text", "buttons", "image", "custom", "attachment", "elements")
"""What of a response goes to the gateway, which reads it in ``bot.menus.rich_replies``."""


class ChannelReplies(CollectingOutputChannel):  # type: ignore[misc]  # Rasa is not annotated
    """Collects what the assistant says, in order, as one message for each thing said."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self._channel = channel

    def name(self) -> str:
        """The channel whose response variations are picked."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep the whole message together: text, buttons, image and custom as one."""
        body = {key: message[key] for key in KEPT if message.get(key)}
        if message.get("quick_replies"):
            body["buttons"] = [*body.get("buttons", []), *message["quick_replies"]]
        if language := current():
            body = _worded(body, language)
        if body:
            await self._persist_message({**body, **self._asked(message)})

    def _asked(self, message: dict[str, Any]) -> dict[str, Any]:
        """The response's name; for a call, how the designers want it asked, too (its ``metadata: {voice: ...}``)."""
        metadata = message.get("metadata") if self._channel == VoiceInput.channel else None
        own = metadata.get("voice") if isinstance(metadata, dict) else None
        named = {"response": message.get("utter_action"), "prompt": own}
        return {key: value for key, value in named.items() if value}


class GatewayInput(InputChannel):  # type: ignore[misc]  # Rasa is not annotated
    """What the four channels share; a subclass names itself. ``token`` is the gateway's bearer token."""

    channel: ClassVar[str]

    def __init__(self, token: str) -> None:
        self._token = token
        self._understanding = Understanding.from_domain()
        self._abroad = {code: Understanding.from_domain(DOMAIN, code) for code in _languages()}
        self._questions = Questions.from_domain(DOMAIN)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    def name(cls) -> str:
        """The channel's name: part of the URL, and ``input_channel`` of its events."""
        return cls.channel

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> GatewayInput:
        """Read ``token`` from credentials.yml; RasaException (Rasa does not start) when it is missing or short."""
        return cls(token_from(credentials, cls.__name__))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's one route."""
        routes = Blueprint(f"onethread_{self.channel}")
        running: set[asyncio.Task[HTTPResponse]] = set()

        @routes.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            if not authorised(request, self._token):
                return json({"error": "a valid bearer token is needed"}, status=401)
            try:
                message = read_message(await body_of(request))
            except BadMessage as error:
                return json({"error": str(error)}, status=error.status)
            await hang_ups_are_seen()
            # Goes on when the gateway hangs up: the tracker is saved, and the repeat is answered from it.
            task = asyncio.create_task(self.answer(message, request.app.ctx.agent, on_new_message))
            running.add(task)
            task.add_done_callback(running.discard)
            return await asyncio.shield(task)

        return routes

    async def answer(self, message: Message, agent: Any, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> HTTPResponse:
        """One turn as a response: 200 with the replies, 503 without a model, 500 when Rasa raised."""
        if agent is None or not agent.is_ready():
            return json({"error": "no model is loaded"}, status=503)
        if message.intent is not None and message.intent not in agent.domain.intents:
            return json({"error": "payload: the assistant does not know this intent"}, status=400)
        try:
            with speaking(str(message.metadata.get("language") or "")):
                return json(await self._turn(message, agent, on_new_message))
        except Exception as error:  # noqa: BLE001 - the edge: whatever Rasa raised, the gateway is told
            logger.error("turn failed: conversation=%s channel=%s error=%s", message.conversation, self.channel, where(error))
            return json({"error": "the turn failed"}, status=500)

    async def _turn(
        self, message: Message, agent: Any, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> dict[str, Any]:
        replies = ChannelReplies(self.channel)
        failed, token = failures.start()
        saved, mark = told.start()
        try:
            # A gateway that took over may ask while the first one's turn is still running: the second waits for its answer.
            lock = self._turns.setdefault(message.message_id, asyncio.Lock())
            async with lock:
                if not await answered_before(agent, message, replies):
                    await on_new_message(await self._user_message(message, agent, replies))
        finally:
            failures.stop(token)
            told.stop(mark)
        return {
            "messages": replies.messages,
            "failed_actions": failed,
            "understood": await self._understood(agent, message, saved),
        }

    async def _understood(self, agent: Any, message: Message, saved: told.Saved) -> dict[str, Any] | None:
        """What the assistant made of the message."""
        found = told.of_turn(saved, message.message_id, agent.model_id or "", self._questions)
        found = found or await told.read_again(agent, message.conversation, message.message_id, self._questions)
        return asdict(found) if found else None

    async def _user_message(self, message: Message, agent: Any, replies: ChannelReplies) -> UserMessage:
        return UserMessage(
            message.text if message.text is not None else message.payload,
            replies,
            message.conversation,
            parse_data=None if message.text is None else await self._meant(agent, message.text, message.conversation),
            input_channel=self.channel,
            message_id=message.message_id,
            metadata=message.metadata,
        )

    async def _meant(self, agent: Any, text: str, conversation: str) -> dict[str, Any]:
        understanding = self._abroad.get(current(), self._understanding)
        return await understanding.parse(agent, text, conversation)


class WebInput(GatewayInput):
    """Web chat."""

    channel = "web"


class MessengerInput(GatewayInput):
    """Facebook Messenger."""

    channel = "messenger"


class SmsInput(GatewayInput):
    """SMS."""

    channel = "sms"


class VoiceInput(GatewayInput):
    """Phone calls."""

    channel = "voice"


def _worded(body: dict[str, Any], language: str) -> dict[str, Any]:
    """Titles of options and of links in that language, whoever gave them."""
    given = {**body, **({"links": body["custom"]["links"]} if (body.get("custom") or {}).get("links") else {})}
    titled = {
        name: [{**one, "title": worded(str(one.get("title") or ""), language)} for one in given[name]]
        for name in ("buttons", "links")
        if given.get(name)
    }
    custom = {"custom": {**body["custom"], "links": titled.pop("links")}} if "links" in titled else {}
    return {**body, **titled, **custom}


def _languages() -> tuple[str, ...]:
    """Those that are declared beside English. Raises RasaException (Rasa does not start) when the designers' file is wrong."""
    try:
        return Languages.from_domain(DOMAIN).others
    except LanguagesError as error:
        raise RasaException(str(error)) from error


async def hang_ups_are_seen() -> None:
    """Let the server read that an asker has gone, which cancels the request before its turn begins.

    A server that was frozen finds at once all that was asked meanwhile. Its askers have apologised by now and go on with other
    servers: a turn begun so late would come after newer ones. What is read next on a connection, its end, is read within a few
    rounds of the event loop.
    """
    for _ in range(ROUNDS):
        await asyncio.sleep(0)


async def body_of(request: Request) -> bytes:
    """The request's body; BadMessage (413) when it is larger than MAX_BODY."""
    if int(request.headers.get("content-length") or 0) > MAX_BODY or len(request.body) > MAX_BODY:
        raise BadMessage(f"the body is larger than {MAX_BODY} bytes", status=413)
    return bytes(request.body)
