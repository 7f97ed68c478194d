"""The other end of ``agent_alone``: starts it, asks it for turns."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.stack import ROOT, Stack
from launch.install.environment import part_env

READY_SECONDS = 120.0
TURN_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class AgentAlone:
    """``Agent.handle_message`` in a process of its own."""

    process: asyncio.subprocess.Process

    async def turn(self, conversation: str, text: str, message_id: str, channel: str = "sms") -> dict[str, Any]:
        """See ``agent_alone``. Raises RuntimeError when the process is gone, TimeoutError when it is silent."""
        line = {"conversation": conversation, "text": text, "id": message_id, "channel": channel}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(line).encode() + b"\n")
        await self.process.stdin.drain()
        return await self.answer(TURN_SECONDS)

    async def answer(self, seconds: float) -> dict[str, Any]:
        """The next line of JSON that it writes."""
        assert self.process.stdout is not None
        async with asyncio.timeout(seconds):
            while text := await self.process.stdout.readline():
                if text.startswith(b"{"):
                    found: dict[str, Any] = json.loads(text)
                    return found
        raise RuntimeError("the agent's process has ended")


@asynccontextmanager
async def agent_alone(stack: Stack, kind: str = "ours") -> AsyncIterator[AgentAlone]:
    """Loaded, with the stack's Redis and action server; ``kind``: ``ours`` or ``stock``."""
    own = {"REDIS_URL": stack.plan.settings.redis_url, "ACTION_SERVER_URL": stack.action_url}
    own["ACTION_TOKEN"] = stack.plan.settings.action_token
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.measures.agent_alone", str(stack.served.model), kind,
        cwd=ROOT, env=part_env(os.environ, own), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        made = AgentAlone(process)
        await made.answer(READY_SECONDS)
        yield made
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
