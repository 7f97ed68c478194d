"""A server that speaks the published chat-completions API on this machine, and does what a test wants of it.

https://platform.openai.com/docs/api-reference/chat: what a request must have is checked here, as a real server checks it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from language_model.endpoint import Endpoint

KEY = "sk-very-secret-indeed"


def completion(content: str | None, finish: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    """The body of an answer."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


def strict(schema: dict[str, Any]) -> bool:
    """What a strict schema must be: no other keys, all needed."""
    return schema["additionalProperties"] is False and schema["required"] == list(schema["properties"])


@dataclass(slots=True)
class Server:
    """``says``: the next answers' content, as JSON; ``does`` instead of that: anything. ``asked``: the requests' bodies."""

    says: Any = None
    does: Callable[[web.Request], Any] | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    url: str = ""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def endpoint(self, timeout: float = 5.0) -> Endpoint:
        return Endpoint(self.url, "small-model", KEY, timeout)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        shape = body["response_format"]
        assert shape["type"] == "json_schema" and shape["json_schema"]["strict"] and strict(shape["json_schema"]["schema"])
        assert [one["role"] for one in body["messages"]] == ["system", "user"] and "tools" not in body
        self.asked.append(body)
        self.keys.append(request.headers.get("Authorization", ""))
        self.arrived.set()
        if self.does is not None:
            done: web.StreamResponse = await self.does(request)
            return done
        return web.json_response(completion(json.dumps(self.says)))

    @property
    def sent(self) -> str:
        """Everything that has left for it."""
        return json.dumps(self.asked, ensure_ascii=False)


@asynccontextmanager
async def served() -> AsyncIterator[Server]:
    """One on a free port."""
    made = Server()
    app = web.Application(client_max_size=2**20)
    app.router.add_post("/v1/chat/completions", made.answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    made.url = str(server.make_url("/v1"))
    try:
        yield made
    finally:
        await server.close()
