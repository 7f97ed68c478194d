"""``make run``: start everything, say where it is, keep it running, and stop it cleanly."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from gateway.values import ConfigError
from launch.banner import banner
from launch.bound import die_with
from launch.environment import Plan, check_ports, home_of, plan, read_values
from launch.installation import Installation, StartError, write_private
from launch.parts import parts_with
from launch.supervisor import Part, PartFailed, Supervisor
from launch.training import ready_model, trainer

ROOT = Path(__file__).parent.parent


class Launch:
    """One run of the whole assistant. ``run`` gives the exit code; the first signal stops it, the second ends it at once.

    ``prepare`` gives the parts, after whatever has to be made for them first (the trained model).
    """

    def __init__(
        self, place: Installation, planned: Plan, prepare: Callable[[], Awaitable[list[Part]]], *, timings: bool
    ) -> None:
        self._place, self._plan, self._prepare, self._timings = place, planned, prepare, timings
        self._began = time.monotonic()
        self._prepared = 0.0
        self._supervisor: Supervisor | None = None
        self._parts: list[Part] = []

    async def run(self) -> int:
        """Start, keep, stop. Raises StartError and PartFailed."""
        work = asyncio.create_task(self._work())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._on_signal, work)
        try:
            await work
        except asyncio.CancelledError:
            say("Stopping ...")
        finally:
            self._place.running.unlink(missing_ok=True)
            if self._supervisor is not None:
                await self._supervisor.stop()
        say("Stopped; nothing is left running.")
        return 0

    def _on_signal(self, work: asyncio.Task[None]) -> None:
        if not work.done() and not work.cancelling():
            work.cancel()
        elif self._supervisor is not None:
            self._supervisor.kill()

    async def _work(self) -> None:
        self._parts = await self._prepare()
        self._prepared = time.monotonic() - self._began
        self._supervisor = Supervisor(self._parts, ROOT, self._place.logs, say, changed=self._record)
        say("Starting " + ", ".join(part.name for part in self._parts) + " ...")
        await self._supervisor.start()
        self._record()
        print(banner(self._plan.settings, self._plan.internal_host, self._place), flush=True)
        if self._timings:
            print("\n".join(f"  {name:<10} {seconds:6.1f} s" for name, seconds in self._seconds().items()), flush=True)
        await self._supervisor.watch()

    def _seconds(self) -> dict[str, float]:
        """How long each step took; parts start side by side, ``all`` is what a person waits."""
        assert self._supervisor is not None
        return {"model": self._prepared, **self._supervisor.seconds, "all": time.monotonic() - self._began}

    def _record(self) -> None:
        """Write what runs, for tests, benchmarks and ``python -m launch.memory``."""
        assert self._supervisor is not None
        settings = self._plan.settings
        processes = self._supervisor.processes
        content: dict[str, Any] = {
            "launcher": os.getpid(),
            "written": datetime.now(UTC).isoformat(),
            "parts": {part.name: {"pid": processes[part.name].pid, "port": part.port} for part in self._parts},
            "public_url": f"http://{settings.public_host}:{settings.public_port}",
            "internal_url": f"http://{self._plan.internal_host}:{settings.internal_port}",
            "rasa_url": settings.rasa_url,
            "redis_url": settings.redis_url,
            "simulated": settings.simulated,
            "seconds": {name: round(seconds, 2) for name, seconds in self._seconds().items()},
        }
        write_private(self._place.running, content)


async def prepare(place: Installation, planned: Plan, *, diet: bool) -> list[Part]:
    """The parts of Onethread; our own Rasa gets a model of the data as it is now. Raises StartError."""
    served = await ready_model(trainer(ROOT, place.logs, diet=diet), os.environ, say) if planned.rasa_port else None
    return parts_with(planned, place, os.environ, served)


def say(line: str) -> None:
    """One line for the person at the terminal."""
    print(line, flush=True)


def main() -> int:
    """Exit code 0 after a clean stop, 1 with a sentence on standard error when it could not start or go on."""
    parser = argparse.ArgumentParser(prog="python -m launch", description="Run Onethread. Settings: .env.example.")
    parser.add_argument("--timings", action="store_true", help="show how long each step of the start took")
    parser.add_argument("--diet", action="store_true", help="run the DIET pipeline (needs make train DIET=1 first)")
    parser.add_argument("--with-parent", action="store_true", help="stop when the calling process (make) is gone")
    parser.add_argument("--env-file", type=Path, default=ROOT / ".env", help="settings (the environment wins)")
    arguments = parser.parse_args()
    if arguments.with_parent:
        die_with(os.getppid(), signal.SIGTERM)
    os.umask(0o077)
    try:
        values = read_values(arguments.env_file, os.environ)
        place = Installation.open(home_of(values, ROOT))
        with place.lock():
            planned = plan(values, place)
            check_ports(planned.settings)
            parts = partial(prepare, place, planned, diet=arguments.diet)
            return asyncio.run(Launch(place, planned, parts, timings=arguments.timings).run())
    except PartFailed as error:
        print(error, *(f"    {line}" for line in error.lines), sep="\n", file=sys.stderr)
    except (ConfigError, StartError) as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
