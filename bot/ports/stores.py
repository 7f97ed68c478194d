"""What the core keeps between messages, as Protocols (``bot.redis_store.contacts`` and ``bot.redis_store.queue`` implement them).

Every method raises ``bot.ports.StoreUnavailable`` when the store does not answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from bot.menus.menu import Shown
from bot.model import Contact, Fact, OutboundMessage
from bot.ports import DeskEvent, Doubt, TurnResult

T = TypeVar("T")


def nothing_told() -> Sequence[Fact]:
    """What nobody asks about later."""
    return ()


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
    async def finish(self, message_id: str, result: TurnResult, told: Callable[[], Sequence[Fact]] = nothing_told) -> TurnResult:
        """Keep the result, and the facts of it in the same step; the one that counts, which is the first that was kept."""
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

    async def untry(self, conversation_id: str, message_id: str) -> None:
        """The message was no try after all."""
        ...

    async def drop(self, conversation_id: str) -> None: ...
    async def allow(self, key: str, limit: int, seconds: int) -> bool:
        """Count one use of ``key``; False when ``limit`` uses in ``seconds`` are passed."""
        ...

    async def allow_once(self, key: str, member: str, limit: int, seconds: int) -> bool:
        """As ``allow``, counting the same ``member`` (a message's id, say) once."""
        ...

    async def disallow(self, key: str, member: str) -> None:
        """The member did not count after all."""
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

    async def doubts(self, conversation_id: str) -> list[Doubt]:
        """Those of a conversation that did not arrive, or may not have; the newest twenty."""
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


@dataclass(frozen=True, slots=True)
class Events:
    """Events of a conversation from number ``first`` (from 0) on; it has ``length`` of them. ``whole``: False when those before
    them cannot be read just now, and these are what is remembered of the last turns."""

    first: int
    events: list[dict[str, Any]]
    length: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest events, and what those before them say (``bot.transcript.summary``). ``whole``: as of ``Events``."""

    summary: str
    events: list[dict[str, Any]]
    whole: bool = True


class Transcripts(Protocol):
    """What has been written of conversations, read where it is kept."""

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        """Every event, oldest first: costs as much as the conversation is long."""
        ...

    async def page(self, conversation_id: str, before: int | None, limit: int) -> Events:
        """``limit`` events or a few more that end before number ``before`` (None: the newest), oldest first."""
        ...

    async def recent(self, conversation_id: str) -> Recent:
        """What was said lately, and a summary of the rest: all that is to be known, at a bounded cost."""
        ...


class Bulletin(Protocol):
    """Tells every gateway's desk pages that something changed."""

    async def post(self, event: DeskEvent) -> None: ...
    def watch(self) -> AsyncIterator[DeskEvent]: ...
