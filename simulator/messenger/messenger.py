"""Messenger: the customer's client on one side, the Graph API's Send resource on the other.

https://developers.facebook.com/documentation/business-messaging/messenger-platform
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from simulator.messenger.graph_rules import GraphError, check_send
from simulator.signing import new_mid
from simulator.webhooks import Request
from simulator.world import World

WINDOW = 24 * 3600.0
Json = dict[str, Any]


@dataclass
class Item:
    """One message of a thread. ``author`` is ``customer`` or ``page``."""

    mid: str
    psid: str
    author: str
    text: str
    at: str
    quick_replies: list[Json] = field(default_factory=list)
    attachment: Json | None = None
    status: str = "sent"

    def snapshot(self) -> Json:
        """The message as the page and the tests see it."""
        return {
            name: getattr(self, name) for name in ("mid", "psid", "author", "text", "at", "quick_replies", "attachment", "status")
        }


@dataclass
class Messenger:
    """All threads of the page."""

    world: World
    items: list[Item] = field(default_factory=list)
    opened: dict[str, float] = field(default_factory=dict)

    # -- from the customer --------------------------------------------------------------------------------------

    def write(self, psid: str, text: str, payload: str | None = None) -> Item:
        """A message; with ``payload`` the tap on a quick reply, which arrives as a message too."""
        item = self._add(psid, "customer", text)
        message: Json = {"mid": item.mid, "text": text}
        if payload is not None:
            message["quick_reply"] = {"payload": payload}
        self._open(psid)
        self._event(psid, {"message": message})
        return item

    def tap(self, psid: str, title: str, payload: str) -> Item:
        """A tap on a template's button: a postback."""
        item = self._add(psid, "customer", title)
        self._open(psid)
        self._event(psid, {"postback": {"mid": item.mid, "title": title, "payload": payload}})
        return item

    def read(self, psid: str) -> None:
        """The customer has seen everything up to now."""
        for item in self.items:
            if item.psid == psid and item.author == "page" and item.status != "read":
                item.status = "read"
                self._tell(item)
        self._event(psid, {"read": {"watermark": self.world.clock.milliseconds()}})

    async def verify(self) -> bool:
        """Meta's handshake when a webhook is registered: the challenge must come back bare."""
        settings = self.world.settings
        challenge = str(secrets.randbelow(10**10))
        query = urlencode({"hub.mode": "subscribe", "hub.verify_token": settings.verify_token, "hub.challenge": challenge})
        request = Request("messenger verify", f"{settings.public(settings.messenger_path)}?{query}", method="GET")
        answer = await self.world.webhooks.send(request)
        good = answer.status == 200 and answer.body == challenge
        hidden = Request(request.what, settings.public(settings.messenger_path), [("hub.challenge", challenge)], "GET")
        self.world.webhooks.record(hidden, answer, note="verified" if good else "the challenge did not come back")
        return good

    def _open(self, psid: str) -> None:
        self.opened[psid] = self.world.clock.elapsed()

    def _event(self, psid: str, event: Json, *, echo: bool = False) -> None:
        """One webhook event, its body escaped as Meta escapes it (the signature covers those bytes)."""
        page = self.world.settings.page_id
        ends = (
            {"sender": {"id": page}, "recipient": {"id": psid}} if echo else {"sender": {"id": psid}, "recipient": {"id": page}}
        )
        now = self.world.clock.milliseconds()
        body = {"object": "page", "entry": [{"id": page, "time": now, "messaging": [{**ends, "timestamp": now, **event}]}]}
        raw = json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()
        settings = self.world.settings
        self.world.webhooks.later(Request("messenger", settings.public(settings.messenger_path), body=raw))

    def _add(self, psid: str, author: str, text: str) -> Item:
        item = Item(new_mid(), psid, author, text, self.world.clock.now().isoformat())
        self.items.append(item)
        self._tell(item)
        return item

    def _tell(self, item: Item) -> None:
        self.world.journal.add("messenger", item=item.snapshot())

    # -- from the Graph API -------------------------------------------------------------------------------------

    def accept(self, body: Json) -> Json:
        """One checked send. Raises GraphError."""
        psid = check_send(body)
        if psid not in self.opened:
            raise GraphError("(#100) No matching user found", subcode=2018001)
        if "sender_action" in body:
            self.world.journal.add("messenger action", psid=psid, action=body["sender_action"])
            return {"recipient_id": psid}
        if self.world.clock.elapsed() - self.opened[psid] > WINDOW:
            raise GraphError("(#10) This message is sent outside of allowed window.", 10, 2018278, status=403)
        return self._deliver(psid, body["message"])

    def _deliver(self, psid: str, message: Json) -> Json:
        attachment = message.get("attachment")
        item = Item(new_mid(), psid, "page", message.get("text", ""), self.world.clock.now().isoformat())
        item.quick_replies, item.attachment = message.get("quick_replies", []), attachment
        item.status = "delivered"
        self.items.append(item)
        self._tell(item)
        echo = {"mid": item.mid, "is_echo": True, "app_id": int(self.world.settings.app_id)}
        known = {name: message[name] for name in ("text", "metadata") if name in message}
        self._event(psid, {"message": {**echo, **known}}, echo=True)
        self._event(psid, {"delivery": {"mids": [item.mid], "watermark": self.world.clock.milliseconds()}})
        return {"recipient_id": psid, "message_id": item.mid}
