"""What becomes of a handoff, told to its customer's open tabs of the web chat, and to those of all who wait in line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from bot.model import Address, AddressKind
from bot.ports import Contacts, DeskEvent, Handoffs, StoreUnavailable
from bot.ports.stores import Bulletin
from connectors.web.log import VisitorLog


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatNews:
    """``bot.ports.stores.Bulletin`` around another: what the desk's pages are told of a handoff, its customer's open tabs
    are, too, and its line's."""

    inner: Bulletin
    contacts: Contacts
    handoffs: Handoffs
    log: VisitorLog

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
                    if handoff and handoff.held:
                        await self.log.serve(known.address.value, handoff.id)
                    await self.log.tell(known.address.value, "who")
            await self.log.line_moved()

    def watch(self) -> AsyncIterator[DeskEvent]:
        """See ``bot.ports.stores.Bulletin``."""
        return self.inner.watch()
