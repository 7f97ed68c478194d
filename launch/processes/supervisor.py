"""Starts parts that need each other, keeps them running, and stops them in order with nothing left behind."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from launch.processes.health import Probe
from launch.processes.process import Process


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the whole. ``needs`` names parts that must be ready before it starts; times are seconds."""

    name: str
    command: tuple[str, ...]
    ready: Probe
    env: Mapping[str, str] = field(repr=False, default_factory=dict)
    needs: tuple[str, ...] = ()
    port: int | None = None
    start_seconds: float = 120.0
    stop_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """A part that ends is started again after ``pauses``; ``limit`` ends within ``window`` seconds are a crash loop."""

    pauses: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0)
    limit: int = 5
    window: float = 120.0
    probe_every: float = 0.1


class PartFailed(Exception):
    """A part could not be started or kept running: one sentence, and the last lines of its log."""

    def __init__(self, sentence: str, lines: Sequence[str]) -> None:
        super().__init__(sentence)
        self.lines = tuple(lines)
        self.add_note("\n".join(self.lines))  # what a traceback shows


class Supervisor:
    """Runs ``parts``; they are stopped in the reverse of their order. ``say`` gets one line for a person per event,
    ``changed`` is called when a part was started again. Use: ``start``, then ``watch`` until it raises or is
    cancelled, then always ``stop``.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        cwd: Path,
        logs: Path,
        say: Callable[[str], None],
        *,
        changed: Callable[[], None] = lambda: None,
        policy: RestartPolicy | None = None,
    ) -> None:
        self._parts = tuple(parts)
        self._cwd, self._logs, self._say, self._changed = cwd, logs, say, changed
        self._policy = policy or RestartPolicy()
        self._ready = {part.name: asyncio.Event() for part in parts}
        self._keepers: list[asyncio.Task[None]] = []
        self.processes: dict[str, Process] = {}
        self.seconds: dict[str, float] = {}

    async def start(self) -> None:
        """Start all, in parallel where nothing is needed first; returns when all are ready. Raises PartFailed."""
        self._keepers = [asyncio.create_task(self._keep(part), name=part.name) for part in self._parts]
        everything = asyncio.create_task(self._all_ready())
        try:
            await asyncio.wait([everything, *self._keepers], return_when=asyncio.FIRST_COMPLETED)
            self._raise_failure()
        finally:
            everything.cancel()

    async def watch(self) -> None:
        """Wait for ever; raises PartFailed when a part is in a crash loop."""
        await asyncio.wait(self._keepers, return_when=asyncio.FIRST_COMPLETED)
        self._raise_failure()

    async def stop(self) -> None:
        """Stop all, last part first; each gets its time to finish what it has begun."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for part in reversed(self._parts):
            if part.name in self.processes:
                await self.processes[part.name].stop(part.stop_seconds)

    def kill(self) -> None:
        """End everything at once."""
        for process in self.processes.values():
            process.kill()

    async def _all_ready(self) -> None:
        for event in self._ready.values():
            await event.wait()

    def _raise_failure(self) -> None:
        for keeper in self._keepers:
            if keeper.done():
                keeper.result()

    async def _keep(self, part: Part) -> None:
        """Start a part and start it again whenever it ends. Raises PartFailed."""
        for name in part.needs:
            await self._ready[name].wait()
        await self._start(part)
        ends: list[float] = []
        while True:
            code = await asyncio.shield(self.processes[part.name].exited)
            now = time.monotonic()
            ends = [moment for moment in ends if now - moment < self._policy.window] + [now]
            if len(ends) >= self._policy.limit:
                raise self._failure(part, f"{part.name} ended {len(ends)} times within {self._policy.window:g} seconds")
            pause = self._policy.pauses[min(len(ends), len(self._policy.pauses)) - 1]
            self._say(f"{part.name} ended ({_reason(code)}); starting it again in {pause:g} s (see {self._log(part)}).")
            await asyncio.sleep(pause)
            self._spawn(part)
            self._changed()
            if await self._until_ready(part):
                self._say(f"{part.name} is ready again.")
            else:
                self.processes[part.name].kill()  # it hangs, or has ended already: either way it counts as an end

    async def _start(self, part: Part) -> None:
        began = time.monotonic()
        process = self._spawn(part)
        if not await self._until_ready(part):
            if process.exited.done():
                raise self._failure(part, f"{part.name} ended before it was ready ({_reason(process.exited.result())})")
            raise self._failure(part, f"{part.name} was not ready after {part.start_seconds:g} seconds")
        self.seconds[part.name] = time.monotonic() - began
        self._ready[part.name].set()

    def _spawn(self, part: Part) -> Process:
        self.processes[part.name] = Process(part.command, part.env, self._cwd, self._log(part))
        return self.processes[part.name]

    async def _until_ready(self, part: Part) -> bool:
        """Whether it became ready in its time; False also when it ended."""
        process, deadline = self.processes[part.name], time.monotonic() + part.start_seconds
        while time.monotonic() < deadline and not process.exited.done():
            if await part.ready() and not process.exited.done():
                return True
            await asyncio.wait([process.exited], timeout=self._policy.probe_every)
        return False

    def _failure(self, part: Part, what: str) -> PartFailed:
        process = self.processes[part.name]
        return PartFailed(f"{what}; the end of {self._log(part)}:", process.last_lines())

    def _log(self, part: Part) -> Path:
        return self._logs / f"{part.name}.log"


def _reason(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
