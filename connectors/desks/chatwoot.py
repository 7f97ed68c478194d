"""Chatwoot as a desk: an inbox of the kind *API*, spoken to with the application API (https://developers.chatwoot.com).

Their webhook only says that there is something new; what that is is read here, in the order of their message ids, because
webhooks come twice, in any order or not at all (github.com/chatwoot/chatwoot issues 11901, 12661, 15920). All that we write
there carries a ``source_id`` of ours, by which it is known again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.handoff_packet.plain_text import plain_text
from bot.model import Attachment, Handoff, Media
from bot.ports import SendError, SendFailure
from bot.ports.handoff_target import Ended, Happened, Joined, News, Words, Wrote
from connectors.desks.asking import ask, understood

OUTGOING, RESOLVED, PENDING = 1, "resolved", "pending"
PAGE, PAGES = 100, 5
"""Messages of one answer, and answers of one look."""
HANDOFF = "onethread_handoff"
"""The custom attribute that names our handoff."""
AGREED = "onethread_agreed"
"""The custom attribute in which an agent there may write what was agreed, for the customer."""
WHYS = {
    "closed": "The conversation was closed in Onethread; the assistant has it again.",
    "taken_back": "A colleague answers this customer in Onethread now.",
    "lost": "Chatwoot could not be reached for a while: this customer is answered in Onethread.",
}

Fetch = Callable[[Media], Awaitable[Attachment]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatwootAccount:
    """``inbox``: the API inbox's number; ``token``: of an agent or administrator."""

    url: str
    account: int
    inbox: int
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatwootDesk:
    """``bot.ports.handoff_target.HandoffTarget``. Their reference is the conversation's display number."""

    session: aiohttp.ClientSession
    account: ChatwootAccount
    fetch: Fetch | None = None
    name: str = "chatwoot"
    title: str = "Chatwoot"
    polls: bool = True
    same_ref: bool = False

    @understood
    async def open(self, handoff: Handoff, packet: Mapping[str, Any], *, again: bool) -> str:
        """A conversation with the packet as a private note, and the customer's last words."""
        contact, source = await self._contact(handoff.contact_id, packet.get("customer", {}).get("name", ""))
        found = await self._opened_before(contact, handoff.id) if again else None
        ref = found or await self._conversation(handoff, contact, source, packet)
        known = await self._ours(ref) if found else frozenset()
        note, said = f"onethread:{handoff.id}:packet", f"onethread:{handoff.id}:said"
        if note not in known:
            await self._write(
                ref, {"content": plain_text(packet), "message_type": "outgoing", "private": True, "source_id": note}
            )
        last = next((line for line in reversed(packet.get("transcript", ())) if line["author"] == "customer"), None)
        if last and said not in known:
            await self._write(ref, {"content": last["text"], "message_type": "incoming", "source_id": said})
        return ref

    @understood
    async def find(self, handoff: Handoff) -> str | None:
        """By the custom attribute with our number, among those of the contact."""
        contact = await self._contact_of(handoff.contact_id)
        return await self._opened_before(int(contact["id"]), handoff.id) if contact else None

    @understood
    async def say(self, ref: str, words: Words, *, again: bool) -> None:
        """An incoming message, with what came with it."""
        if again and words.id in await self._ours(ref):
            return
        files = [one async for one in self._files(words.media)]
        missing = len(words.media) - len(files)
        text = "\n".join([words.text, *(["(An attachment is in Onethread.)"] if missing else [])]).strip()
        body = {"content": text, "message_type": "incoming", "source_id": words.id}
        await (self._write_with(ref, body, files) if files else self._write(ref, body))

    @understood
    async def end(self, ref: str, handoff: Handoff, why: str) -> None:
        """Resolved, with a note that says why, unless it is."""
        if (await self._get(f"conversations/{ref}")).get("status") == RESOLVED:
            return
        agreed = f" Agreed: {handoff.outcome}" if handoff.outcome and why == "closed" else ""
        await self.tell(ref, f"{WHYS.get(why, why)}{agreed}")
        await self._post(f"conversations/{ref}/toggle_status", "Closing", {"status": RESOLVED})

    @understood
    async def tell(self, ref: str, sentence: str) -> None:
        """A private note."""
        number = hashlib.sha256(sentence.encode()).hexdigest()[:16]
        note = {"content": sentence, "message_type": "outgoing", "private": True, "source_id": f"onethread:note:{number}"}
        await self._write(ref, note)

    @understood
    async def news(self, ref: str, seen: str) -> News:
        """Who has it, what agents wrote since, and whether it is resolved."""
        messages = await self._since(ref, int(seen or 0))
        there = await self._get(f"conversations/{ref}")
        newest = str(max([int(seen or 0), *(int(one["id"]) for one in messages)]))
        assignee = (there.get("meta") or {}).get("assignee") or {}
        name = _name(assignee)
        happened: list[Happened] = [Joined(f"a{assignee['id']}", name)] if assignee.get("id") else []
        happened += [_wrote(one) for one in messages if _for_customer(one)]
        if there.get("status") == RESOLVED:
            agreed = (there.get("custom_attributes") or {}).get(AGREED)
            happened.append(Ended(f"resolved:{newest}", name, agreed=agreed.strip()[:500] if isinstance(agreed, str) else ""))
        return News(happened, newest)

    async def _contact(self, contact_id: str, name: str) -> tuple[int, str]:
        """Their number of the contact, and its ``source_id`` in our inbox: it cannot be guessed, for whoever knows it may read
        and write as the customer. No number or address is given: theirs would be joined with whoever has the same."""
        source = hmac.new(self.account.token.encode(), contact_id.encode(), hashlib.sha256).hexdigest()
        body = {"inbox_id": self.account.inbox, "source_id": source, "identifier": contact_id, "name": name or "Customer"}
        try:
            made = (await self._post("contacts", "The contact", body)).get("payload", {})
            return int(made["contact"]["id"]), str((made.get("contact_inbox") or {}).get("source_id") or source)
        except SendError as error:
            if error.failure is not SendFailure.REFUSED:
                raise
        return await self._known_contact(contact_id, source)

    async def _known_contact(self, contact_id: str, source: str) -> tuple[int, str]:
        """One who was here before."""
        known = await self._contact_of(contact_id)
        if known is None:
            raise SendError("Chatwoot refuses the contact, and does not find it", SendFailure.RETRY)
        inboxes = [one for one in known.get("contact_inboxes", ()) if one.get("inbox", {}).get("id") == self.account.inbox]
        if inboxes:
            return int(known["id"]), str(inboxes[0]["source_id"])
        body = {"inbox_id": self.account.inbox, "source_id": source}
        made = await self._post(f"contacts/{known['id']}/contact_inboxes", "The contact", body)
        return int(known["id"]), str(made.get("source_id") or source)

    async def _contact_of(self, contact_id: str) -> dict[str, Any] | None:
        found: list[dict[str, Any]] = (await self._get("contacts/search", q=contact_id)).get("payload", [])
        return next((one for one in found if one.get("identifier") == contact_id), None)

    async def _conversation(self, handoff: Handoff, contact: int, source: str, packet: Mapping[str, Any]) -> str:
        """A new one; with an active agent bot it begins as pending, which people do not see."""
        told = {
            HANDOFF: handoff.id,
            "onethread_queue": handoff.queue,
            "onethread_proof": packet.get("customer", {}).get("proof", ""),
        }
        body = {"source_id": source, "inbox_id": self.account.inbox, "contact_id": contact, "status": "open"}
        made = await self._post("conversations", "The conversation", body | {"custom_attributes": told})
        if made.get("status") == PENDING:
            await self._post(f"conversations/{made['id']}/toggle_status", "Opening", {"status": "open"})
        return str(made["id"])

    async def _opened_before(self, contact: int, handoff_id: str) -> str | None:
        found = (await self._get(f"contacts/{contact}/conversations")).get("payload", [])
        mine = (one for one in found if (one.get("custom_attributes") or {}).get(HANDOFF) == handoff_id)
        return next((str(one["id"]) for one in mine), None)

    async def _ours(self, ref: str) -> frozenset[str]:
        """The ``source_id`` of the newest messages: what was sent a moment ago is among them."""
        newest = (await self._get(f"conversations/{ref}/messages")).get("payload", [])
        return frozenset(str(one["source_id"]) for one in newest if one.get("source_id"))

    async def _since(self, ref: str, seen: int) -> list[dict[str, Any]]:
        """Messages after that number, by their numbers: those that come next are read the next time."""
        found: list[dict[str, Any]] = []
        for _ in range(PAGES):
            page = (await self._get(f"conversations/{ref}/messages", after=str(seen))).get("payload", [])
            found += page
            if len(page) < PAGE:
                break
            seen = max(int(one["id"]) for one in page)
        return sorted(found, key=lambda one: int(one["id"]))

    async def _files(self, media: Sequence[Media]) -> AsyncIterator[Attachment]:
        """Those that their vendor gives; the agent is told of the others."""
        for one in media if self.fetch else ():
            with suppress(SendError):
                assert self.fetch is not None
                yield await self.fetch(one)

    async def _write(self, ref: str, body: Mapping[str, Any]) -> None:
        await self._post(f"conversations/{ref}/messages", "The message", body)

    async def _write_with(self, ref: str, body: Mapping[str, str], files: Sequence[Attachment]) -> None:
        form = aiohttp.FormData({**body})
        for one in files:
            form.add_field("attachments[]", one.body, filename=one.name, content_type=one.content_type)
        url = self._url(f"conversations/{ref}/messages")
        await ask(self.session, "POST", url, "The message", data=form, headers=self._headers)

    async def _post(self, path: str, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return await ask(self.session, "POST", self._url(path), what, json=body, headers=self._headers)

    async def _get(self, path: str, **query: str) -> dict[str, Any]:
        return await ask(self.session, "GET", self._url(path), "Reading", params=query, headers=self._headers)

    def _url(self, path: str) -> str:
        return f"{self.account.url}/api/v1/accounts/{self.account.account}/{path}"

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"api_access_token": self.account.token}


def _for_customer(one: Mapping[str, Any]) -> bool:
    """Written by an agent to the customer: no note, no greeting of theirs (``template``), nothing of ours, nothing deleted."""
    deleted = (one.get("content_attributes") or {}).get("deleted")
    person = (one.get("sender") or {}).get("type", "user") == "user"
    ours = str(one.get("source_id") or "").startswith("onethread:")
    return (
        one.get("message_type") == OUTGOING
        and not one.get("private")
        and not deleted
        and person
        and not ours
        and bool(_text(one))
    )


def _wrote(one: Mapping[str, Any]) -> Wrote:
    return Wrote(f"m{one['id']}", _name(one.get("sender") or {}), _text(one))


def _text(one: Mapping[str, Any]) -> str:
    """The words, and the addresses of what the agent attached."""
    files = [str(each.get("data_url")) for each in one.get("attachments") or () if each.get("data_url")]
    return "\n".join([str(one.get("content") or ""), *files]).strip()


def _name(person: Mapping[str, Any]) -> str:
    return str(person.get("available_name") or person.get("name") or "")


def conversation_in(body: bytes) -> str | None:
    """The conversation that an event is about; None for one that is about none."""
    try:
        event = json.loads(body)
        about = event.get("conversation") or (event if str(event.get("event", "")).startswith("conversation_") else {})
        return str(int(about["id"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def signed_by(secret: str, timestamp: str, signature: str, body: bytes) -> bool:
    """``X-Chatwoot-Signature``, over ``X-Chatwoot-Timestamp`` and the body."""
    right = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={right}".encode(), signature.encode("utf-8", "replace"))
