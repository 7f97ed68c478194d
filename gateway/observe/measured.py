"""The core's ports with a watch beside them: how long a turn waits for its lock, and how long Rasa takes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar

import structlog

from bot.facts.audit import served
from bot.model import ChannelName
from bot.ports import Clock, Dialogue, DialogueTurn, DialogueUnavailable, Facts, StoreUnavailable
from bot.ports.stores import Locks
from gateway.observe.metrics import Metrics
from gateway.observe.tracing import Tracing

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(slots=True)
class Releases:
    """Which models answered, each told once: when the installation began to serve it."""

    facts: Facts
    clock: Clock
    known: set[str] = field(default_factory=set)

    async def seen(self, model: str) -> None:
        """A model has answered. While the store is away the next turn tells it."""
        if model and model not in self.known:
            with suppress(StoreUnavailable):
                await self.facts.once(served(model, self.clock()), None)
                self.known.add(model)


async def nobody_asks(_model: str) -> None:
    """Where it is not written down."""


@dataclass(frozen=True, slots=True)
class MeasuredLocks:
    """``bot.ports.stores.Locks`` around another."""

    inner: Locks
    metrics: Metrics

    @asynccontextmanager
    async def hold_and_look(self, conversation_id: str, look: Callable[[], Coroutine[Any, Any, T]]) -> AsyncIterator[T]:
        """See ``bot.ports.stores.Locks``."""
        asked = monotonic()
        async with self.inner.hold_and_look(conversation_id, look) as found:
            self.metrics.stage("lock", monotonic() - asked)
            yield found

    @asynccontextmanager
    async def hold(self, conversation_id: str) -> AsyncIterator[None]:
        """See ``bot.ports.stores.Locks``."""
        asked = monotonic()
        async with self.inner.hold(conversation_id):
            self.metrics.stage("lock", monotonic() - asked)
            yield


@dataclass(frozen=True, slots=True)
class MeasuredDialogue:
    """``bot.ports.Dialogue`` around another."""

    inner: Dialogue
    metrics: Metrics
    tracing: Tracing
    turned: Callable[[str], None] = lambda _: None
    """Told of each turn's conversation."""
    served: Callable[[str], Awaitable[None]] = nobody_asks
    """Told of the model that answered."""

    async def turn(
        self,
        conversation_id: str,
        channel: ChannelName,
        message_id: str,
        *,
        text: str | None = None,
        payload: str | None = None,
        metadata: dict[str, Any],
        timeout: float,
    ) -> DialogueTurn:
        """See ``bot.ports.Dialogue``. A failed action is counted as a failure of the part ``actions``."""
        asked = monotonic()
        try:
            with self.tracing.span("rasa", channel=channel.value):
                answer = await self.inner.turn(
                    conversation_id, channel, message_id, text=text, payload=payload, metadata=metadata, timeout=timeout
                )
        except DialogueUnavailable as error:
            if error.reached:  # else it waits, and is counted where it is tried again
                self.metrics.failures.labels(part="rasa").inc()
                log.warning("turn_not_answered", conversation=conversation_id, late=error.late)
            raise
        finally:
            self.metrics.stage("rasa", monotonic() - asked)
        self.turned(conversation_id)
        if answer.understood is not None:
            await self.served(answer.understood.model)
        if answer.failed_actions:
            self.metrics.failures.labels(part="actions").inc()
        return answer

    async def append(self, conversation_id: str, events: Sequence[dict[str, Any]]) -> None:
        """See ``bot.ports.Dialogue``."""
        await self.inner.append(conversation_id, events)

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        """See ``bot.ports.Dialogue``."""
        return await self.inner.events(conversation_id)

    async def slots(self, conversation_id: str) -> dict[str, Any]:
        """See ``bot.ports.Dialogue``."""
        return await self.inner.slots(conversation_id)

    async def healthy(self) -> bool:
        """See ``bot.ports.Dialogue``."""
        return await self.inner.healthy()
