"""The core's ports with a watch beside them: how long a turn waits for its lock, and how long Rasa takes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from bot.model import ChannelName
from bot.ports import Dialogue, DialogueTurn
from bot.stores import Locks
from gateway.metrics import Metrics
from gateway.tracing import Tracing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MeasuredLocks:
    """``bot.stores.Locks`` around another."""

    inner: Locks
    metrics: Metrics

    @asynccontextmanager
    async def hold_and_look(self, conversation_id: str, look: Callable[[], Coroutine[Any, Any, T]]) -> AsyncIterator[T]:
        """See ``bot.stores.Locks``."""
        asked = monotonic()
        async with self.inner.hold_and_look(conversation_id, look) as found:
            self.metrics.stage("lock", monotonic() - asked)
            yield found

    @asynccontextmanager
    async def hold(self, conversation_id: str) -> AsyncIterator[None]:
        """See ``bot.stores.Locks``."""
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
        finally:
            self.metrics.stage("rasa", monotonic() - asked)
        self.turned(conversation_id)
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
