"""What the core keeps between messages, as Protocols (``bot.redis_store`` and ``bot.redis_queue`` implement them).

Every method raises ``bot.ports.StoreUnavailable`` when the store does not answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from bot.menu import Shown
from bot.model import Contact, OutboundMessage
from bot.ports import DeskEvent, TurnResult

T = TypeVar("T")


class TurnStage(StrEnum):
    """How far a message's turn has come."""

    NEW = "new"
    STARTED = "started"  # a worker died in it, or another is in it
    DONE = "done"


class Locks(Protocol):
    """One turn at a time per conversation, over all gateways."""

    def hold(self, conversation_id: str) -> AbstractAsyncContextManager[None]: ...
    def hold_and_look(self, conversation_id: str, look: Callable[[], Coroutine[Any, Any, T]]) -> AbstractAsyncContextManager[T]:
        """``hold``, and what ``look`` finds once it is held; ``look`` may be called twice, so it must change nothing."""
        ...


class Turns(Protocol):
    """Each message has exactly one turn; a repeat gets the first one's result."""

    async def begin(self, message_id: str) -> tuple[TurnStage, TurnResult | None]: ...
    async def finish(self, message_id: str, result: TurnResult) -> TurnResult:
        """Keep the result; the one that counts, which is the first that was kept."""
        ...


class Menus(Protocol):
    """What was offered lately in a conversation, for a day."""

    async def get(self, conversation_id: str) -> Shown:
        """Empty when nothing was."""
        ...

    async def save(self, conversation_id: str, shown: Shown) -> None: ...


@dataclass(frozen=True, slots=True)
class Challenge:
    """A one-time code that was sent and has not come back. Only a keyed digest of the code is kept; none when the
    vendor that sent it checks it (``remote``)."""

    conversation_id: str
    tel: str
    digest: str
    expires_at: datetime
    remote: bool = False


class Codes(Protocol):
    """One-time codes and the limits on them."""

    async def save(self, challenge: Challenge) -> None:
        """Replace the conversation's challenge and its count of tries."""
        ...

    async def get(self, conversation_id: str) -> Challenge | None:
        """Also shortly after its end, so that an old code can be told from none."""
        ...

    async def try_once(self, conversation_id: str, message_id: str) -> int:
        """Count a message as a try, once; the number of tries so far, this one included."""
        ...

    async def drop(self, conversation_id: str) -> None: ...
    async def allow(self, key: str, limit: int, seconds: int) -> bool:
        """Count one use of ``key``; False when ``limit`` uses in ``seconds`` are passed."""
        ...

    async def forgive(self, key: str) -> None:
        """Forget the uses of ``key``."""
        ...

    async def remember(self, key: str, value: str, seconds: int) -> bool:
        """Keep a passing note; True when there was none of that key before."""
        ...

    async def remembered(self, key: str) -> str | None: ...
    async def forget(self, key: str) -> None: ...


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """That one contact (the first of ``before``) was joined into another, and both as they were: what an undo needs.

    ``position``: events that the second one's conversation had before the ``events_copied`` came to its end. ``by``: the
    address that gave the proof; ``how``: ``code``, ``link`` (texted) or ``page`` (signed in), empty for links older than this.
    """

    id: str
    at: datetime
    before: tuple[Contact, Contact]
    after: Contact
    events_copied: int
    position: int = 0
    by: str = ""
    how: str = ""
    undone_at: datetime | None = None
    undone_by: str = ""


class Links(Protocol):
    """The history of joined contacts."""

    async def record(self, link: LinkRecord) -> None: ...
    async def get(self, link_id: str) -> LinkRecord | None: ...
    async def of(self, contact_id: str) -> list[LinkRecord]:
        """Those that joined another into this contact, oldest first, the undone ones too (on both sides)."""
        ...

    async def update(self, link: LinkRecord) -> None:
        """Note what became of it."""
        ...


class Outbox(Protocol):
    """What is to be sent; durable before it returns, sent once, in order for each address."""

    async def put(self, messages: Sequence[OutboundMessage]) -> None:
        """Queue them; an id that is known already is left as it is."""
        ...

    async def uncertain(self, conversation_id: str) -> list[OutboundMessage]:
        """Those of a conversation that the vendor may or may not have taken."""
        ...


class Unsaved(Protocol):
    """Tracker events that wait for Rasa to be back; each has an id of its own in ``metadata.line``."""

    async def push(self, conversation_id: str, events: Sequence[dict[str, Any]], *, doubt: bool = False) -> None:
        """Add them; one that waits already changes nothing. ``doubt``: they may be in the tracker."""
        ...

    async def any(self, conversation_id: str) -> bool:
        """Whether something waits."""
        ...

    async def peek(self, conversation_id: str) -> list[dict[str, Any]]:
        """What waits, in order."""
        ...

    async def take_up(self, conversation_id: str) -> tuple[list[dict[str, Any]], bool]:
        """What waits, about to be written; and whether somebody was about to before and did not come to ``drop`` it."""
        ...

    async def drop(self, conversation_id: str, events: Sequence[dict[str, Any]]) -> None:
        """These are written."""
        ...


class Bulletin(Protocol):
    """Tells every gateway's desk pages that something changed."""

    async def post(self, event: DeskEvent) -> None: ...
    def watch(self) -> AsyncIterator[DeskEvent]: ...
