"""Contacts, handoffs and calls, as they are kept; and the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.model import Address, Call, Contact, Handoff, Proof


class Contacts(Protocol):
    """People and their addresses."""

    async def find(self, address: Address) -> Contact | None: ...
    async def find_or_create(self, address: Address) -> Contact: ...
    def guess(self, address: Address) -> str | None:
        """The conversation that the address had when it was last looked up here: right nearly always, to be checked."""
        ...

    async def get(self, contact_id: str) -> Contact | None: ...
    async def of_conversation(self, conversation_id: str) -> Contact | None: ...
    async def create(self, contact: Contact) -> Contact:
        """Keep a contact unless there is one of its id, and give it its addresses; the one that stands."""
        ...

    async def detach(self, address: Address) -> Contact:
        """Take the address away from its contact; it begins anew, as a claim, with a contact of its own."""
        ...

    async def update(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact | None:
        """Change what is stored now, whoever else writes; ``change`` may be called again. None when it is gone."""
        ...


class Handoffs(Protocol):
    """Open and closed handoffs."""

    async def get(self, handoff_id: str) -> Handoff | None: ...
    async def open_for(self, conversation_id: str) -> Handoff | None: ...
    async def create(self, handoff: Handoff) -> Handoff:
        """Keep it, unless its conversation is owned by an open one or it was kept before (it may be closed by now): the one
        that counts."""
        ...

    async def update(self, handoff_id: str, change: Callable[[Handoff], Handoff]) -> Handoff | None:
        """Change what is stored now, whoever else writes; ``change`` may be called again, and what it raises changes nothing.
        None when it is gone. What is closed stays closed."""
        ...

    async def listing(self) -> list[Handoff]:
        """The open ones, oldest first."""
        ...


class Calls(Protocol):
    """Live phone calls. Each raises StoreUnavailable."""

    async def get(self, sid: str) -> Call | None: ...
    async def create(self, call: Call) -> Call:
        """Keep a call unless there is one of its sid; the one that stands."""
        ...

    async def update(self, sid: str, change: Callable[[Call], Call]) -> Call | None:
        """Change what is stored now; ``change`` may be called again. None when it is gone. What is over stays over.
        ``proof`` is not lowered here."""
        ...

    async def raise_proof(self, sid: str, proof: Proof) -> None:
        """Raise the call's level of proof; a higher one stays."""
        ...

    async def live_for(self, conversation_id: str) -> Call | None:
        """The conversation's call that has not ended, if any."""
        ...

    async def remember(self, key: str, answer: str) -> None:
        """Keep what was given for a webhook (key: call sid + step) so that a repeat gets the same."""
        ...

    async def remembered(self, key: str) -> str | None: ...
    async def revise(self, key: str, before: str | None, after: str) -> bool:
        """Put ``after`` where ``before`` stood (None: nothing); False when something else stands there by now."""
        ...

    async def once(self, key: str) -> bool:
        """Keep a note; True for the first who asks, whoever asks at the same moment."""
        ...

    async def say_later(self, sid: str, text: str) -> None:
        """Queue words to be spoken to a waiting caller."""
        ...

    async def to_say(self, sid: str) -> list[str]:
        """Take what waits to be spoken, oldest first."""
        ...


class Clock(Protocol):
    """The time; tests use a fake."""

    def __call__(self) -> datetime: ...
