"""Any program as a desk: signed events out, signed events in (docs/other-desks.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.model import Handoff, stable_id
from bot.ports import Clock
from bot.ports.handoff_target import Ended, Happened, Joined, News, PutBack, Words, Wrote
from connectors.desks import signed
from connectors.desks.answers import checked
from connectors.wire import TIMEOUT, post


class Malformed(ValueError):
    """The event is not one of ours; the message is a sentence for who sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDesk:
    """``bot.ports.handoff_target.HandoffTarget``. Their reference is our handoff's id. Ids of events follow from what they tell,
    so that a receiver knows a repeat."""

    session: aiohttp.ClientSession
    url: str
    keys: Sequence[str] = field(repr=False)
    clock: Clock
    name: str = "webhook"
    title: str = "The other desk"
    polls: bool = False
    same_ref: bool = True

    async def open(self, handoff: Handoff, packet: Mapping[str, Any], *, again: bool) -> str:
        """``handoff.created``, with the packet."""
        await self._send(handoff.id, "handoff.created", handoff.id, {"packet": packet})
        return handoff.id

    async def find(self, handoff: Handoff) -> str | None:
        """As always; who does not know it passes over its end."""
        return handoff.id

    async def say(self, ref: str, words: Words, *, again: bool) -> None:
        """``handoff.message``."""
        media = [{"key": one.key, "content_type": one.content_type, "title": one.title} for one in words.media]
        told = {"id": words.id, "at": _iso(words.at), "channel": words.channel.value, "text": words.text, "attachments": media}
        await self._send(ref, "handoff.message", words.id, told)

    async def end(self, ref: str, handoff: Handoff, why: str) -> None:
        """``handoff.closed``."""
        code = handoff.closing.code if handoff.closing else ""
        await self._send(
            ref, "handoff.closed", f"{why}:{handoff.reopened}", {"why": why, "code": code, "agreed": handoff.outcome or ""}
        )

    async def tell(self, ref: str, sentence: str) -> None:
        """``handoff.note``: nothing here sends it, for who sent us an event is answered at once."""
        await self._send(ref, "handoff.note", sentence, {"text": sentence})

    async def news(self, ref: str, seen: str) -> News:
        """Nothing: they tell us."""
        return News()

    async def _send(self, ref: str, kind: str, what: str, data: Mapping[str, Any]) -> None:
        now, number = self.clock(), stable_id("wh", f"{ref}:{kind}:{what}")
        body = json.dumps(
            {"type": kind, "timestamp": _iso(now), "data": {"handoff_id": ref, **data}}, ensure_ascii=False
        ).encode()
        headers = signed.headers(self.keys, number, now, body)
        checked(await post(self.session, self.url, within=TIMEOUT, data=body, headers=headers), "The webhook")


def event_in(number: str, body: bytes) -> tuple[str, Happened]:
    """The handoff's id and what happened. Raises Malformed."""
    try:
        event = json.loads(body)
        kind, data = str(event["type"]), event["data"]
        ref, name = str(data["handoff_id"]), str(data.get("agent") or "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Malformed('send {"type": ..., "data": {"handoff_id": ..., "agent": ...}}') from None
    match kind:
        case "agent.joined":
            return ref, Joined(number, name)
        case "agent.message" if text := _text(data, "text"):
            return ref, Wrote(number, name, text)
        case "agent.message":
            raise Malformed("an agent.message needs its text")
        case "agent.left":
            return ref, PutBack(number)
        case "agent.closed":
            return ref, Ended(number, name, _text(data, "code"), _text(data, "agreed"), _text(data, "note"))
    raise Malformed("the type is agent.joined, agent.message, agent.left or agent.closed")


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value.strip() if isinstance(value, str) else ""


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
