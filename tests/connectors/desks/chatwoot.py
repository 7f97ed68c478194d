"""A Chatwoot that follows its published API and source (4.2): one account, one API inbox. Written from those alone.

Contacts, conversations, messages both ways, status; webhooks as the inbox's address gets them, which a test
delivers, doubles or drops.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN, SECRET, INBOX = "t" * 24, "chatwoot-secret", 7
TYPES = {"incoming": 0, "outgoing": 1, "activity": 2, "template": 3}


@dataclass
class Chatwoot:
    """``bot``: an agent bot is active. ``answers``: statuses of the next requests; those of ``after_work`` are given although the
    work was done. ``changed``: conversations of which webhooks go out, whoever changed them."""

    bot: bool = False
    answers: list[int] = field(default_factory=list)
    after_work: list[int] = field(default_factory=list)
    contacts: list[dict[str, Any]] = field(default_factory=list)
    conversations: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    """Of the next answers, which are 200 and nothing that is published."""
    hangs: asyncio.Event | None = None

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        base = "/api/v1/accounts/3"
        app.router.add_post(f"{base}/contacts", self._new_contact)
        app.router.add_get(f"{base}/contacts/search", self._search)
        app.router.add_post(base + "/contacts/{id}/contact_inboxes", self._new_contact_inbox)
        app.router.add_get(base + "/contacts/{id}/conversations", self._conversations_of)
        app.router.add_post(f"{base}/conversations", self._new_conversation)
        app.router.add_get(base + "/conversations/{id}", self._show)
        app.router.add_get(base + "/conversations/{id}/messages", self._list)
        app.router.add_post(base + "/conversations/{id}/messages", self._new_message)
        app.router.add_post(base + "/conversations/{id}/toggle_status", self._toggle)
        return app

    # What people there do.

    def agent_writes(self, number: int, text: str, name: str = "Maria Lopez", **more: Any) -> dict[str, Any]:
        return self._message(number, {"content": text, **more}, {"id": 11, "name": name, "type": "user"})

    def agent_takes(self, number: int, name: str = "Maria Lopez") -> None:
        self._conversation(number)["meta"]["assignee"] = {"id": 11, "name": name}

    def agent_resolves(self, number: int, **custom: str) -> None:
        conversation = self._conversation(number)
        conversation["status"] = "resolved"
        conversation["custom_attributes"] |= custom
        self.changed.append(number)

    def webhook(self, message: dict[str, Any], *, secret: str = SECRET, ago: int = 0) -> tuple[bytes, dict[str, str]]:
        """``message_created`` as the inbox's address gets it: body and headers."""
        event = message | {
            "event": "message_created",
            "message_type": "outgoing",
            "conversation": {"id": message["conversation_id"], "status": "open", "messages": [message]},
        }
        body, moment = json.dumps(event).encode(), str(int(time.time()) - ago)
        digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        return body, {"X-Chatwoot-Signature": f"sha256={digest}", "X-Chatwoot-Timestamp": moment, "X-Chatwoot-Delivery": "d1"}

    # The API.

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path.removeprefix('/api/v1/accounts/3')}")
        if request.headers.get("api_access_token") != TOKEN:
            return web.json_response({"error": "Invalid Access Token"}, status=401)
        if self.hangs is not None:
            await self.hangs.wait()
        if self.answers and (status := self.answers.pop(0)) != 200:
            return web.json_response({"error": "x"}, status=status, headers={"Retry-After": "7"} if status == 429 else {})
        if self.bodies:
            return web.json_response(self.bodies.pop(0))
        done: web.StreamResponse = await handler(request)
        if self.after_work and request.method == "POST" and (status := self.after_work.pop(0)) != 200:
            return web.Response(status=status)
        return done

    async def _new_contact(self, request: web.Request) -> web.Response:
        body = await request.json()
        if any(one["identifier"] == body["identifier"] for one in self.contacts):
            return web.json_response({"message": "Identifier has already been taken", "attributes": ["identifier"]}, status=422)
        inbox = {"source_id": body["source_id"], "inbox": {"id": body["inbox_id"]}}
        contact = {
            "id": 100 + len(self.contacts),
            "name": body["name"],
            "identifier": body["identifier"],
            "contact_inboxes": [inbox],
        }
        self.contacts.append(contact)
        return web.json_response({"payload": {"contact": contact, "contact_inbox": inbox}})

    async def _search(self, request: web.Request) -> web.Response:
        found = [one for one in self.contacts if request.query["q"] in one["identifier"] or request.query["q"] in one["name"]]
        return web.json_response({"meta": {"count": len(found), "current_page": 1}, "payload": found})

    async def _new_contact_inbox(self, request: web.Request) -> web.Response:
        body = await request.json()
        inbox = {"source_id": body["source_id"], "inbox": {"id": body["inbox_id"]}}
        contact = next(one for one in self.contacts if one["id"] == int(request.match_info["id"]))
        contact["contact_inboxes"].append(inbox)
        return web.json_response(inbox)

    async def _conversations_of(self, request: web.Request) -> web.Response:
        mine = [one for one in self.conversations if one["contact"] == int(request.match_info["id"])]
        return web.json_response({"payload": mine})

    async def _new_conversation(self, request: web.Request) -> web.Response:
        body = await request.json()
        if not any(each["source_id"] == body["source_id"] for one in self.contacts for each in one["contact_inboxes"]):
            return web.json_response({"error": "Resource could not be found"}, status=404)
        made = {
            "id": 1 + len(self.conversations),
            "contact": body["contact_id"],
            "inbox_id": body["inbox_id"],
            "status": "pending" if self.bot else body["status"],
            "custom_attributes": body["custom_attributes"],
            "meta": {"assignee": None},
        }
        self.conversations.append(made)
        return web.json_response(made)

    async def _show(self, request: web.Request) -> web.Response:
        return web.json_response(self._conversation(int(request.match_info["id"])))

    async def _list(self, request: web.Request) -> web.Response:
        here = [one for one in self.messages if one["conversation_id"] == int(request.match_info["id"])]
        after = request.query.get("after")
        found = [one for one in here if one["id"] > int(after)][:100] if after else here[-20:]
        return web.json_response({"meta": {}, "payload": found})

    async def _new_message(self, request: web.Request) -> web.Response:
        if request.content_type == "application/json":
            body = await request.json()
        else:
            form = await request.post()
            body = {name: str(value) for name, value in form.items() if name != "attachments[]"}
            for one in form.getall("attachments[]"):
                assert isinstance(one, web.FileField)
                self.files.append((one.filename, one.file.read()))
        number = int(request.match_info["id"])
        sender = (
            {"id": 5, "name": "Onethread", "type": "user"} if body["message_type"] == "outgoing" else {"id": 100, "name": "Ana"}
        )
        if body["message_type"] == "incoming" and self._conversation(number)["status"] == "resolved":
            self._conversation(number)["status"] = "pending" if self.bot else "open"
        return web.json_response(self._message(number, body, sender))

    async def _toggle(self, request: web.Request) -> web.Response:
        conversation = self._conversation(int(request.match_info["id"]))
        conversation["status"] = (await request.json())["status"]
        self.changed.append(conversation["id"])
        return web.json_response({"meta": {}, "payload": {"success": True}})

    def _conversation(self, number: int) -> dict[str, Any]:
        return next(one for one in self.conversations if one["id"] == number)

    def _message(self, number: int, body: dict[str, Any], sender: dict[str, Any]) -> dict[str, Any]:
        made = {
            "id": 1000 + len(self.messages),
            "conversation_id": number,
            "content": body.get("content"),
            "message_type": TYPES[body.get("message_type", "outgoing")],
            "private": body.get("private", False),
            "source_id": body.get("source_id"),
            "content_attributes": body.get("content_attributes", {}),
            "attachments": body.get("attachments", []),
            "created_at": int(time.time()),
            "sender": sender,
        }
        self.messages.append(made)
        self.changed.append(number)
        return made
