"""All that is ever written to Redis while something happens, and a look for secrets in it."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import redis.asyncio as redis

DIGESTS = (hashlib.sha256, hashlib.sha1, hashlib.md5, hashlib.blake2b)
KINDS = ("", "key", "dtmf", "digit", "prompt", "pin", "code")
JOINTS = ("", ":", "|", "\0", " ")


@dataclass
class Written:
    """Commands as Redis saw them, in order."""

    commands: list[str] = field(default_factory=list)
    more: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def add(self, command: str) -> None:
        async with self.more:
            self.commands.append(command)
            self.more.notify_all()

    async def until(self, true: Callable[[], bool]) -> None:
        """Look whenever something is written."""
        async with asyncio.timeout(8), self.more:
            await self.more.wait_for(true)

    def shows(self, secret: str) -> list[str]:
        """Commands in which the secret, or what was keyed of it so far, can be read: together, apart, or as digests."""
        begun = [secret[:length] for length in range(1, len(secret) + 1)]
        quoted = re.compile("|".join(rf'\\"{keys}\\"' for keys in begun))
        plain = re.compile(rf"(?<![0-9A-Za-z+]){'[ ,.-]?'.join(secret)}(?![0-9A-Za-z])")
        marks = {mark for keys in {*secret, *begun} for mark in _digests(keys)}
        found = re.compile("|".join(marks))
        return [one for one in self.commands if quoted.search(one) or plain.search(one) or found.search(one)]


def _digests(keys: str) -> set[str]:
    """How the keys would look as a digest without a key, whatever stands before them."""
    texts = {f"{kind}{joint}{keys}" for kind in KINDS for joint in JOINTS}
    return {digest(text.encode()).hexdigest()[:12] for digest in DIGESTS for text in texts}


@asynccontextmanager
async def written_to(redis_url: str) -> AsyncIterator[Written]:
    """Watch until the block ends; then all of it is there."""
    client, seen, over = redis.from_url(redis_url, decode_responses=True), Written(), uuid4().hex
    async with client.monitor() as monitor:

        async def watch() -> None:
            async for command in monitor.listen():
                if over in command["command"]:
                    return
                await seen.add(command["command"])

        watching = asyncio.create_task(watch())
        try:
            yield seen
        finally:
            await client.echo(over)
            await asyncio.wait_for(watching, 10)
            await client.aclose()
