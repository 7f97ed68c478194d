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

from gateway.settings.config import Settings
from gateway.settings.env_file import read_values
from gateway.settings.kinds import ConfigError, in_url
from launch.banner import banner
from launch.install.environment import Plan, check_ports, home_of, plan
from launch.install.installation import Installation, StartError, write_private
from launch.processes.bound import die_with
from launch.processes.parts import Served, parts_with
from launch.processes.supervisor import Part, PartFailed, Supervisor
from launch.published import Shelf
from launch.training import Trainer, ready_model, served_model, trainer

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
        """Write what runs, for tests, benchmarks and ``python -m launch.processes.memory``."""
        assert self._supervisor is not None
        settings = self._plan.settings
        processes = self._supervisor.processes
        content: dict[str, Any] = {
            "launcher": os.getpid(),
            "written": datetime.now(UTC).isoformat(),
            "parts": {part.name: {"pid": processes[part.name].pid, "port": part.port} for part in self._parts},
            "public_url": f"http://{in_url(settings.public_host)}:{settings.public_port}",
            "internal_url": f"http://{in_url(self._plan.internal_host)}:{settings.internal_port}",
            "rasa_url": settings.rasa_url,
            "redis_url": settings.redis_url,
            "simulated": settings.simulated,
            "simulated_twilio": _simulated_twilio(settings),
            "seconds": {name: round(seconds, 2) for name, seconds in self._seconds().items()},
        }
        write_private(self._place.running, content)


def _simulated_twilio(settings: Settings) -> dict[str, str] | None:
    """The simulator's account, which is nowhere else to be read: for commands that delete recordings."""
    if not settings.simulated or settings.twilio is None:
        return None
    return {
        "account_sid": settings.twilio.account_sid,
        "auth_token": settings.twilio.auth_token,
        "api_url": settings.twilio.api_url,
    }


async def prepare(place: Installation, planned: Plan, *, diet: bool, published: bool) -> list[Part]:
    """The parts of Onethread; our own Rasa gets one file of this installation. Raises StartError."""
    served = await _served(place, trainer(ROOT, place.logs, diet=diet), published=published) if planned.rasa_port else None
    return parts_with(planned, place, os.environ, served)


async def _served(place: Installation, work: Trainer, *, published: bool) -> Served:
    """A model of the data as it is now, which is published by that; or what was ``published`` before, for a service."""
    if published:
        return await served_model(place, work, os.environ, say)
    shelf = Shelf(place)
    served = shelf.publish(await ready_model(work, os.environ, say))
    shelf.tidy()
    return served


def say(line: str) -> None:
    """One line for the person at the terminal."""
    print(line, flush=True)


def main() -> int:
    """Exit code 0 after a clean stop, 1 with a sentence on standard error when it could not start or go on."""
    parser = argparse.ArgumentParser(prog="python -m launch", description="Run Onethread. Settings: .env.example.")
    parser.add_argument("--timings", action="store_true", help="show how long each step of the start took")
    parser.add_argument("--diet", action="store_true", help="run the DIET pipeline (needs make train DIET=1 first)")
    parser.add_argument("--published", action="store_true", help="serve what `make publish` named, not the data as it is now")
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
            parts = partial(prepare, place, planned, diet=arguments.diet, published=arguments.published)
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
