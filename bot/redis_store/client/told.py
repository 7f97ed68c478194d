"""How an adapter changes a record and tells of it in one step (``bot.redis_store.facts``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from redis.commands.core import AsyncScript

from bot.model import Fact
from bot.ports.facts import KEPT

FIELD = "fact"
"""The field of an entry that holds the fact."""
Told = Callable[[], Sequence[Fact]]
"""Makes the facts about a change: not asked where nothing is recorded."""


def append_from(first: int) -> str:
    """The end of a script that changes one record: appends its arguments from number ``first`` on to its last key, a stream."""
    return f"for i = {first}, #ARGV do redis.call('XADD', KEYS[#KEYS], '*', '{FIELD}', ARGV[i]) end\n"


class FactLog(Protocol):
    """What the adapters need: to change a record and tell of it in one. They raise what the client raises."""

    async def append(self, facts: Sequence[Fact]) -> None:
        """See ``bot.ports.Facts``."""
        ...

    async def once(self, fact: Fact, seconds: int | None = KEPT) -> None:
        """See ``bot.ports.Facts``."""
        ...

    async def commit(self, script: AsyncScript, keys: Sequence[str], args: Sequence[str | int | bytes], told: Told) -> Any:
        """Run a script that ends with ``append_from`` on a record (its first key); its answer."""
        ...

    async def gather(self) -> int:
        """Move to the streams what deaths left elsewhere; how many facts. Raises StoreUnavailable."""
        ...


class Untold:
    """``FactLog`` where nothing is recorded."""

    async def append(self, facts: Sequence[Fact]) -> None:
        """Nothing."""

    async def once(self, fact: Fact, seconds: int | None = KEPT) -> None:
        """Nothing."""

    async def commit(self, script: AsyncScript, keys: Sequence[str], args: Sequence[str | int | bytes], told: Told) -> Any:
        """The change alone."""
        return await script(keys=list(keys), args=list(args))

    async def gather(self) -> int:
        """Nothing."""
        return 0
