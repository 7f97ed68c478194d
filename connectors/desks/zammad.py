"""Zammad as a desk: a ticket with articles both ways (https://docs.zammad.org/en/latest/api/intro.html).

A trigger's webhook only says that there is something new; what that is is read here, in the order of the articles' numbers. What
we write carries its id as the article's subject, by which it is known again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import nh3

from bot.handoff_packet.plain_text import plain_text
from bot.model import Attachment, Handoff
from bot.ports import SendError, SendFailure
from bot.ports.handoff_target import Ended, Happened, Joined, News, Words, Wrote
from connectors.desks.asking import ask, understood
from connectors.desks.chatwoot import Fetch

OVER = frozenset({5, 6, 7})
"""``state_type_id`` of closed, merged and removed; the states themselves an administrator may rename and add to."""
NOBODY = 1
"""The owner of a ticket that nobody has."""
FOUND_AFTER = 10.0
"""Seconds until their search finds a ticket that was just made."""
BREAKS = re.compile(r"<br\s*/?>|</(?:p|div|li|blockquote|h\d|tr)>", re.IGNORECASE)
WHYS = {
    "closed": "The conversation was closed in Onethread; the assistant has it again.",
    "taken_back": "A colleague answers this customer in Onethread now.",
    "lost": "Zammad could not be reached for a while: this customer is answered in Onethread.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ZammadAccount:
    """``token``: of a user with the permission ``ticket.agent`` in ``group``."""

    url: str
    group: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZammadDesk:
    """``bot.ports.handoff_target.HandoffTarget``. Their reference is the ticket's id."""

    session: aiohttp.ClientSession
    account: ZammadAccount
    fetch: Fetch | None = None
    name: str = "zammad"
    title: str = "Zammad"
    polls: bool = True
    same_ref: bool = False
    known: dict[str, Any] = field(default_factory=dict, repr=False)
    """Names of their users, states that are over, who we are: read once."""
    doubted: set[str] = field(default_factory=set, repr=False)
    """Handoffs whose ticket may be there, and could not be found yet."""

    @understood
    async def open(self, handoff: Handoff, packet: Mapping[str, Any], *, again: bool) -> str:
        """A ticket of the customer's, with the packet as an internal note, and their last words."""
        ref = await self._opened_before(handoff.id) if again else None
        if ref is None:
            ref = await self._ticket(handoff, packet)
        last = next((line for line in reversed(packet.get("transcript", ())) if line["author"] == "customer"), None)
        subject = f"onethread {handoff.id} said"
        if last and not (again and subject in await self._subjects(ref)):
            await self._write(ref, last["text"], subject)
        self.doubted.discard(handoff.id)
        return ref

    @understood
    async def find(self, handoff: Handoff) -> str | None:
        """By the number of ours in its title."""
        return await self._opened_before(handoff.id)

    @understood
    async def say(self, ref: str, words: Words, *, again: bool) -> None:
        """An article of the customer's, with what came with it."""
        subject = f"onethread {words.id}"
        if again and subject in await self._subjects(ref):
            return
        files: list[Attachment] = []
        for one in words.media if self.fetch else ():
            try:
                files.append(await self.fetch(one))  # type: ignore[misc]
            except SendError:
                continue
        missing = "\n(An attachment is in Onethread.)" if len(files) < len(words.media) else ""
        await self._write(ref, f"{words.text}{missing}".strip(), subject, files)

    @understood
    async def end(self, ref: str, handoff: Handoff, why: str) -> None:
        """Closed, with a note that says why, unless it is."""
        if await self._over(await self._get(f"tickets/{ref}")):
            return
        agreed = f" Agreed: {handoff.outcome}" if handoff.outcome and why == "closed" else ""
        note = self._note(f"{WHYS.get(why, why)}{agreed}", f"onethread {handoff.id} end")
        await self._ask("PUT", f"tickets/{ref}", "Closing", {"state": "closed", "article": note})

    @understood
    async def tell(self, ref: str, sentence: str) -> None:
        """An internal note."""
        note = self._note(sentence, "onethread note")
        await self._ask("POST", "ticket_articles", "The note", {"ticket_id": int(ref), **note})

    @understood
    async def news(self, ref: str, seen: str) -> News:
        """Who has it, what agents wrote since, and whether it is closed."""
        articles = sorted(await self._articles(ref), key=lambda one: int(one["id"]))
        ticket, me = await self._get(f"tickets/{ref}"), await self._me()
        newest = str(max([int(seen or 0), *(int(one["id"]) for one in articles)]))
        owner = int(ticket.get("owner_id") or NOBODY)
        name = await self._name(owner) if owner not in (NOBODY, me) else ""
        happened: list[Happened] = [Joined(f"o{owner}", name)] if name else []
        fresh = [one for one in articles if int(one["id"]) > int(seen or 0) and _for_customer(one, me)]
        happened += [Wrote(f"a{one['id']}", await self._name(int(one["created_by_id"])), _text(one)) for one in fresh]
        if await self._over(ticket):
            happened.append(Ended(f"closed:{newest}", name))
        return News(happened, newest)

    async def _ticket(self, handoff: Handoff, packet: Mapping[str, Any]) -> str:
        """Its customer is found or made by a login of ours, and gets no number or address: mails would go there."""
        name = packet.get("customer", {}).get("name", "") or "Customer"
        key = hmac.new(self.account.token.encode(), handoff.contact_id.encode(), hashlib.sha256).hexdigest()[:32]
        body = {
            "title": f"{name}: {handoff.reason or 'asks for a person'}"[:120] + f" [{handoff.id}]",
            "group": self.account.group,
            "customer": {"login": f"onethread-{key}", "firstname": name[:80]},
            "article": self._note(plain_text(packet), f"onethread {handoff.id} packet"),
        }
        return str((await self._ask("POST", "tickets", "The ticket", body))["id"])

    async def _opened_before(self, handoff_id: str) -> str | None:
        """A ticket whose answer was lost. Their search may find it only after some seconds, which are waited for once."""
        found = (await self._get("tickets/search", query=handoff_id, expand="true")).get("payload", [])
        mine = next((str(one["id"]) for one in found if f"[{handoff_id}]" in str(one.get("title"))), None)
        if mine is None and handoff_id not in self.doubted:
            self.doubted.add(handoff_id)
            raise SendError("whether the ticket is there is not known yet", SendFailure.RETRY, after=FOUND_AFTER)
        return mine

    async def _write(self, ref: str, text: str, subject: str, files: list[Attachment] | None = None) -> None:
        told = {"body": text, "subject": subject, "content_type": "text/plain", "type": "web", "sender": "Customer"}
        attached = [
            {"filename": one.name, "data": base64.b64encode(one.body).decode(), "mime-type": one.content_type}
            for one in files or ()
        ]
        more = {"attachments": attached} if attached else {}
        await self._ask("POST", "ticket_articles", "The message", {"ticket_id": int(ref), "internal": False, **told, **more})

    def _note(self, text: str, subject: str) -> dict[str, Any]:
        """``note`` is never sent as a mail."""
        told = {"body": text, "subject": subject, "content_type": "text/plain"}
        return {**told, "type": "note", "sender": "Agent", "internal": True}

    async def _subjects(self, ref: str) -> frozenset[str]:
        return frozenset(str(one.get("subject")) for one in await self._articles(ref))

    async def _articles(self, ref: str) -> list[dict[str, Any]]:
        found = await self._get(f"ticket_articles/by_ticket/{ref}")
        return list(found.get("payload", ()))

    async def _over(self, ticket: Mapping[str, Any]) -> bool:
        if "over" not in self.known:
            states = (await self._get("ticket_states")).get("payload", [])
            self.known["over"] = frozenset(int(one["id"]) for one in states if one.get("state_type_id") in OVER)
        return int(ticket.get("state_id") or 0) in self.known["over"]

    async def _me(self) -> int:
        if "me" not in self.known:
            self.known["me"] = int((await self._get("users/me"))["id"])
        return int(self.known["me"])

    async def _name(self, user: int) -> str:
        if f"{user}" not in self.known:
            found = await self._get(f"users/{user}")
            self.known[f"{user}"] = " ".join(filter(None, [found.get("firstname"), found.get("lastname")])) or "Agent"
        return str(self.known[f"{user}"])

    async def _get(self, path: str, **query: str) -> dict[str, Any]:
        return await ask(self.session, "GET", self._url(path), "Reading", params=query, headers=self._headers)

    async def _ask(self, method: str, path: str, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return await ask(self.session, method, self._url(path), what, json=body, headers=self._headers)

    def _url(self, path: str) -> str:
        return f"{self.account.url}/api/v1/{path}"

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Token token={self.account.token}"}


def _for_customer(one: Mapping[str, Any], me: int) -> bool:
    """Written by an agent for the customer to read, and not by us."""
    return one.get("sender") == "Agent" and not one.get("internal") and one.get("created_by_id") != me and bool(_text(one))


def _text(one: Mapping[str, Any]) -> str:
    """Their web desk writes HTML: words and line breaks are left of it, and the names of what is attached."""
    body = str(one.get("body") or "")
    if "html" in str(one.get("content_type")):
        body = html.unescape(nh3.clean(BREAKS.sub("\n", body), tags=set()))
    files = [f"({each['filename']})" for each in one.get("attachments") or () if not _inline(each)]
    return "\n".join([re.sub(r"\n{3,}", "\n\n", body).strip(), *files]).strip()


def _inline(file: Mapping[str, Any]) -> bool:
    return (file.get("preferences") or {}).get("Content-Disposition") == "inline"


def ticket_in(body: bytes) -> str | None:
    """The ticket that an event is about; None for one that is about none."""
    try:
        return str(int(json.loads(body)["ticket"]["id"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def signed_by(token: str, signature: str, body: bytes) -> bool:
    """``X-Hub-Signature``; it has no time, and a repeat does nothing but have us look."""
    right = hmac.new(token.encode(), body, hashlib.sha1).hexdigest()
    return hmac.compare_digest(f"sha1={right}".encode(), signature.encode("utf-8", "replace"))
