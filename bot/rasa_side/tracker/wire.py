"""The gateway's message to Rasa, read strictly (docs/contracts.md, "Gateway -> Rasa"). No Rasa and no I/O in here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

MAX_BODY = 64 * 1024
MAX_TEXT = 8_000
CONVERSATION = re.compile(r"[A-Za-z0-9_.-]{1,128}\Z")
PAYLOAD = re.compile(r"/(?P<intent>[A-Za-z0-9_+-]{1,100})(?P<entities>\{.*\})?\Z", re.DOTALL)
FIELDS = {"conversation", "message_id", "text", "payload", "metadata"}


class BadMessage(Exception):
    """A message that is not as agreed; the text is a sentence for the sender, who gets ``status``."""

    def __init__(self, sentence: str, *, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Message:
    """One message: either ``text`` (words) or ``payload`` (``/intent{...}``; ``intent`` is its name)."""

    conversation: str
    message_id: str
    text: str | None = None
    payload: str | None = None
    intent: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


def read_message(body: bytes) -> Message:
    """Read a request's body. Raises BadMessage."""
    try:
        data = json.loads(body)
    except ValueError as error:
        raise BadMessage("the body is not JSON") from error
    if not isinstance(data, dict):
        raise BadMessage("the body is not a JSON object")
    if unknown := sorted(set(data) - FIELDS):
        raise BadMessage(f"unknown field {unknown[0][:50]!r}")
    if ("text" in data) == ("payload" in data):
        raise BadMessage("exactly one of text and payload is needed")
    metadata = data.get("metadata", {})
    if not isinstance(metadata, dict):
        raise BadMessage("metadata: an object is needed")
    conversation = _text(data, "conversation", 128)
    if not CONVERSATION.match(conversation):
        raise BadMessage("conversation: letters, digits and _ . - only")
    return Message(conversation, _text(data, "message_id", 200), metadata=metadata, **_said(data))


def _said(data: dict[str, Any]) -> dict[str, str]:
    if "text" in data:
        return {"text": _text(data, "text", MAX_TEXT)}
    payload = _text(data, "payload", MAX_TEXT)
    match = PAYLOAD.match(payload)
    if match is None:
        raise BadMessage('payload: /intent or /intent{"entity": "value"} is needed')
    if match["entities"]:
        _entities(match["entities"])
    return {"payload": payload, "intent": match["intent"]}


def _entities(text: str) -> None:
    try:
        entities = json.loads(text)
    except ValueError as error:
        raise BadMessage("payload: what follows the intent is not JSON") from error
    if not isinstance(entities, dict):
        raise BadMessage("payload: what follows the intent is not an object")


def _text(data: dict[str, Any], name: str, limit: int) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadMessage(f"{name}: a text is needed")
    if len(value) > limit:
        raise BadMessage(f"{name}: longer than {limit} characters")
    return value
