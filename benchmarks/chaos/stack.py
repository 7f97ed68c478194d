"""The whole assistant for the fault tests: as many gateways and Rasa servers as wanted, and a vendor that outlives them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
import redis.asyncio as redis

from benchmarks.chaos.database import NAME, SMALL, Database, road_to
from benchmarks.chaos.proxy import proxy
from benchmarks.stack import NUMBERS, ROOT, model
from bot.redis_store.client.base import connect
from launch.install.environment import Plan, free_ports, part_env, plan
from launch.install.installation import Installation
from launch.processes.health import http_ok
from launch.processes.parts import Served, assistant, gateway, rasa
from launch.processes.postgres import Postgres
from launch.processes.supervisor import Part, RestartPolicy, Supervisor

PATIENT = RestartPolicy(pauses=(0.3,), limit=1000)
"""Parts are killed here all the time: that is no crash loop."""
DISK = "400m"


@dataclass(slots=True)
class Stack:
    """What runs. ``publics`` are the gateways' public addresses, ``front`` the proxy's before them, if there is one.

    Vendors and browsers know ``public`` alone (signatures, origins); their requests go to the ``doors`` in turn.
    """

    plan: Plan
    home: Path
    supervisor: Supervisor
    publics: tuple[str, ...]
    internals: tuple[str, ...]
    rasas: tuple[str, ...]
    vendor_url: str
    journal: Path
    http: aiohttp.ClientSession
    client: redis.Redis
    small_disk: bool
    database: Database
    front: str | None = None
    said: list[str] = field(default_factory=list)

    @property
    def public(self) -> str:
        """The address that the world knows."""
        return self.front or self.publics[0]

    @property
    def doors(self) -> tuple[str, ...]:
        """Where requests are brought."""
        return (self.front,) if self.front else self.publics

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to a part alone (``gateway``, ``gateway2``, ``rasa``, ``actions``, ``valkey``)."""
        with suppress(ProcessLookupError):
            os.kill(self.supervisor.processes[name].pid, number)

    async def ready(self, name: str, seconds: float = 90.0) -> None:
        """Wait until a part answers again. Raises TimeoutError."""
        part = next(p for p in self.supervisor._parts if p.name == name)
        async with asyncio.timeout(seconds):
            while not await part.ready():  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.1)

    async def vendor(self, mode: str, share: float = 1.0) -> None:
        """How the vendor behaves from now on."""
        async with self.http.post(f"{self.vendor_url}/mode", json={"mode": mode, "share": share}) as answer:
            answer.raise_for_status()


@asynccontextmanager
async def running(*, gateways: int = 1, rasas: int = 1, log_level: str = "INFO", proxied: bool = False) -> AsyncIterator[Stack]:
    """Everything on free loopback ports, stopped and deleted at the end. Raises StartError, ConfigError or PartFailed."""
    served = await model()
    with tempfile.TemporaryDirectory(prefix="onethread-chaos-") as folder:
        place = Installation.open(Path(folder) / "home")
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http, records_database() as database:
            with SmallDisk(place.valkey) as small:
                made = _stack(place, served, gateways, rasas, http, log_level, database, proxied=proxied)
                made.small_disk = small
                try:
                    await made.supervisor.start()
                    yield made
                finally:
                    with suppress(Exception):
                        await made.client.aclose()
                    await made.supervisor.stop()


@asynccontextmanager
async def records_database() -> AsyncIterator[Database]:
    """An empty PostgreSQL cluster in a folder of its own, and the road to it; nothing is started."""
    with tempfile.TemporaryDirectory(prefix="onethread-chaos-records-") as made, SmallDisk(Path(made)) as small:
        port = free_ports(1)[0]
        server = Postgres(Path(made), port, SMALL)
        await asyncio.to_thread(server.make)
        async with road_to(port) as road:
            yield Database(server, road, small)


class SmallDisk:
    """A folder on a disk of its own that can be filled; needs root, else False."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mounted = False

    def __enter__(self) -> bool:
        if os.geteuid() == 0:
            command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", str(self._folder)]
            self._mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
        return self._mounted

    def __exit__(self, *_: object) -> None:
        if self._mounted:
            subprocess.run(["umount", "-l", str(self._folder)], capture_output=True, check=False)


def _stack(
    place: Installation,
    served: Served,
    gateways: int,
    rasas: int,
    http: aiohttp.ClientSession,
    log_level: str,
    database: Database,
    *,
    proxied: bool = False,
) -> Stack:
    vendor_port, front_port, *ports = free_ports(2 + 2 * gateways + rasas - 1)
    publics, internals, more_rasas = ports[:gateways], ports[gateways : 2 * gateways], ports[2 * gateways :]
    public = f"http://127.0.0.1:{front_port if proxied else publics[0]}"
    values = _values(place, publics[0], internals[0], f"http://127.0.0.1:{vendor_port}", log_level)
    values |= {"PUBLIC_URL": public, "RECORDS_URL": database.url}
    planned = plan(values | ({"TRUSTED_PROXIES": "127.0.0.1"} if proxied else {}), place)
    assert planned.rasa_port is not None
    rasa_urls = tuple(f"http://127.0.0.1:{port}" for port in (planned.rasa_port, *more_rasas))
    parts = [_vendor(vendor_port, place.home / "taken.jsonl"), database.part(), *assistant(planned, place, os.environ, served)]
    parts += [replace(rasa(planned, p, os.environ, served), name=f"rasa{n}") for n, p in enumerate(more_rasas, 2)]
    for number, (port, internal) in enumerate(zip(publics, internals, strict=True), 1):
        own = {"PUBLIC_PORT": str(port), "INTERNAL_PORT": str(internal), "RASA_URL": ",".join(rasa_urls)}
        env = {**planned.gateway_env, **own, "PUBLIC_URL": public}
        part = gateway(replace(planned, gateway_env=env), os.environ)
        ready = http_ok("127.0.0.1", internal, "/health")
        name = "gateway" if number == 1 else f"gateway{number}"
        parts.append(replace(part, name=name, port=port, ready=ready, needs=(*part.needs, NAME)))
    if proxied:
        parts.append(proxy(place.home, front_port, publics))
    said: list[str] = []
    return Stack(
        plan=planned,
        home=place.home,
        supervisor=Supervisor(parts, ROOT, place.logs, said.append, policy=PATIENT),
        publics=tuple(f"http://127.0.0.1:{port}" for port in publics),
        internals=tuple(f"http://127.0.0.1:{port}" for port in internals),
        rasas=rasa_urls,
        vendor_url=f"http://127.0.0.1:{vendor_port}",
        journal=place.home / "taken.jsonl",
        http=http,
        client=connect(planned.settings.redis_url),
        small_disk=False,
        database=database,
        front=public if proxied else None,
        said=said,
    )


def _values(place: Installation, public: int, internal: int, vendor: str, log_level: str) -> dict[str, str]:
    secrets = place.secrets()
    return {
        "ONETHREAD_HOME": str(place.home),
        "COOL_AFTER_MINUTES": "600",  # the verdict reads records of sends
        "PUBLIC_PORT": str(public),
        "INTERNAL_PORT": str(internal),
        "PUBLIC_URL": f"http://127.0.0.1:{public}",
        "SIMULATOR": "off",
        "TWILIO_ACCOUNT_SID": secrets.simulated_account_sid,
        "TWILIO_AUTH_TOKEN": secrets.simulated_auth_token,
        "TWILIO_SMS_NUMBER": NUMBERS[0],
        "TWILIO_VOICE_NUMBER": NUMBERS[1],
        "TWILIO_API_URL": vendor,
        "MESSENGER_APP_SECRET": secrets.simulated_app_secret,
        "MESSENGER_VERIFY_TOKEN": secrets.simulated_verify_token,
        "MESSENGER_PAGE_TOKEN": secrets.simulated_page_token,
        "MESSENGER_API_URL": vendor,
        "LOG_LEVEL": log_level,
    }


def _vendor(port: int, journal: Path) -> Part:
    journal.touch()
    return Part(
        name="vendor",
        command=(sys.executable, "-m", "benchmarks.chaos.vendor", "--port", str(port), "--journal", str(journal)),
        ready=http_ok("127.0.0.1", port, "/health"),
        env=part_env(os.environ, {}),
        port=port,
        stop_seconds=2,
    )
