"""One question to the server, and an answer of the asked shape or a word why there is none.

Chat completions with a strict JSON schema: https://platform.openai.com/docs/api-reference/chat/create. No tools are ever
offered. Neither the words nor the key are logged.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic import BaseModel, ValidationError

from language_model.endpoint import Endpoint

LARGEST = 32 * 1024
"""Bytes of an answer: two sentences and what stands around them are 1 kB."""

LONGEST_WAIT = 300.0
"""Seconds of a ``Retry-After`` that are believed."""


class NoAnswer(Exception):
    """``why``: a word of the list in docs/language-model.md. ``wait``: seconds for which the server wants no question."""

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.why, self.wait = why, wait


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: list[_Choice] = []


@dataclass(frozen=True, slots=True)
class Question:
    """``rules``: what is wanted, in our words. ``about``: what it is about, as JSON: words of others are data there. ``schema``:
    of the answer, by the ``name`` of the shape."""

    name: str
    rules: str
    about: Mapping[str, Any]
    schema: Mapping[str, Any]

    def body(self, model: str) -> dict[str, Any]:
        """The request, as the published API has it."""
        shape = {"name": self.name, "strict": True, "schema": self.schema}
        said = [
            {"role": "system", "content": self.rules},
            {"role": "user", "content": json.dumps(self.about, ensure_ascii=False)},
        ]
        return {"model": model, "messages": said, "response_format": {"type": "json_schema", "json_schema": shape}}


class ChatClient:
    """Asks within the endpoint's timeout; each question on a connection of its own."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}

    async def ask(self, question: Question) -> Mapping[str, Any]:
        """The answer as JSON; its values are not checked. Raises NoAnswer."""
        try:
            async with asyncio.timeout(self.endpoint.timeout):
                return _answer(await self._body(question))
        except TimeoutError:
            raise NoAnswer("late") from None
        except (aiohttp.ClientError, OSError):
            raise NoAnswer("away") from None

    async def _body(self, question: Question) -> bytes:
        address, body = f"{self.endpoint.url}/chat/completions", question.body(self.endpoint.model)
        async with (
            aiohttp.ClientSession(headers=self._headers) as session,
            session.post(address, json=body, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise NoAnswer("limited" if response.status == 429 else "refused", _wait(response))
            found = bytearray()
            async for piece in response.content.iter_any():
                found += piece
                if len(found) > LARGEST:
                    raise NoAnswer("too_long")
            return bytes(found)


def _wait(response: aiohttp.ClientResponse) -> float:
    given = response.headers.get("Retry-After", "")
    return min(LONGEST_WAIT, float(given)) if given.isascii() and given.isdigit() else 0.0


def _answer(body: bytes) -> Mapping[str, Any]:
    try:
        choice = next(iter(_Completion.model_validate_json(body).choices), None)
    except ValidationError:
        raise NoAnswer("broken") from None
    if choice is None or choice.message.refusal or choice.finish_reason == "content_filter":
        raise NoAnswer("declined" if choice else "broken")
    if choice.finish_reason not in (None, "stop"):
        raise NoAnswer("cut_short" if choice.finish_reason == "length" else "broken")
    try:
        found = json.loads(choice.message.content or "")
    except (ValueError, RecursionError):
        raise NoAnswer("broken") from None
    if not isinstance(found, dict):
        raise NoAnswer("broken")
    return found
