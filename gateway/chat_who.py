"""Who has a web chat's conversation, for its header: read from the open handoff, the one place that says it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.handoff.lifecycle import INBOX
from bot.model import Address, AddressKind
from bot.ports import Contacts, DeskEvent, Handoffs, StoreUnavailable
from bot.ports.stores import Bulletin
from connectors.web.log import VisitorLog


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWho:
    """``bot.ports.stores.Bulletin`` around another: what the desk's pages are told of a handoff, its customer's open tabs
    are, too."""

    inner: Bulletin
    contacts: Contacts
    handoffs: Handoffs
    log: VisitorLog
    name_of: Callable[[str], Awaitable[str]]

    async def who(self, web_id: str) -> str | None:
        """The agent's name as customers read it, empty for a person without one; None: the assistant. Raises StoreUnavailable."""
        contact = await self.contacts.find(Address(AddressKind.WEB, web_id))
        handoff = await self.handoffs.open_for(contact.conversation_id) if contact else None
        if handoff is None or not handoff.held:
            return None
        return "" if handoff.agent in (None, INBOX) else await self.name_of(handoff.agent)

    async def typing(self, web_id: str) -> None:
        """The visitor writes: whoever has the conversation is shown it. Raises StoreUnavailable."""
        contact = await self.contacts.find(Address(AddressKind.WEB, web_id))
        handoff = await self.handoffs.open_for(contact.conversation_id) if contact else None
        if handoff is not None and handoff.agent is not None:
            await self.inner.post(DeskEvent("typing", handoff.id))

    async def post(self, event: DeskEvent) -> None:
        """See ``bot.ports.stores.Bulletin``. The tabs ask by themselves now and then, so news that is lost is only late."""
        await self.inner.post(event)
        if event.kind != "queue" or event.handoff_id is None:
            return
        with suppress(StoreUnavailable):
            handoff = await self.handoffs.get(event.handoff_id)
            contact = await self.contacts.of_conversation(handoff.conversation_id) if handoff else None
            for known in contact.addresses if contact else ():
                if known.address.kind is AddressKind.WEB:
                    await self.log.tell(known.address.value, "who")

    def watch(self) -> AsyncIterator[DeskEvent]:
        """See ``bot.ports.stores.Bulletin``."""
        return self.inner.watch()
