"""The assistant as ``make run`` starts it, in a folder of its own, with a vendor that only records."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import aiohttp

from benchmarks.vendor import Vendor, vendor
from launch.install.environment import Plan, free_ports, part_env, plan
from launch.install.installation import Installation
from launch.processes.health import http_ok
from launch.processes.parts import Served, parts_with, rasa
from launch.processes.supervisor import Part, Supervisor
from launch.published import Shelf
from launch.training import ready_model, trainer

ROOT = Path(__file__).parent.parent
NUMBERS = ("+13125550190", "+13125550191")
"""The business's numbers (SMS, voice), from the range kept for fiction."""
RELAY_NUMBER = "+13125550192"
"""One more of the business's numbers, whose calls go over ConversationRelay."""
STOCK = ROOT / "benchmarks" / "stock"


@dataclass(frozen=True, slots=True)
class Stack:
    """What runs. ``rasa_urls`` are our servers, ``stock_url`` stock Rasa's, if it was asked for."""

    plan: Plan
    served: Served
    vendor: Vendor
    http: aiohttp.ClientSession
    supervisor: Supervisor
    rasa_urls: tuple[str, ...]
    stock_url: str | None

    @property
    def public(self) -> str:
        """The gateway's public address."""
        return self.plan.settings.public_url

    @property
    def internal(self) -> str:
        """The gateway's internal address."""
        return f"http://127.0.0.1:{self.plan.settings.internal_port}"

    @property
    def action_url(self) -> str:
        """Where actions are run."""
        return f"http://127.0.0.1:{self.plan.action_port}/webhook"

    @property
    def records(self) -> str:
        """The database of what happened."""
        return self.plan.settings.records_url

    def pids(self) -> dict[str, int]:
        """The running parts' processes."""
        return {name: process.pid for name, process in self.supervisor.processes.items()}


def silent(_line: str) -> None:
    """The launcher's lines for a person are not wanted here."""


async def model() -> Served:
    """The model for the data as it is now; trained when there is none. Raises StartError."""
    logs = ROOT / "results" / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    return await ready_model(trainer(ROOT, logs, diet=False), os.environ, print)


@asynccontextmanager
async def running(
    *, rasas: int = 1, stock: bool = False, settings: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Stack]:
    """Everything on free ports, stopped and deleted at the end; ``settings``: more variables of the environment.

    Raises StartError, ConfigError or PartFailed.
    """
    trained = await model()
    async with vendor() as recorder, aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        with tempfile.TemporaryDirectory(prefix="onethread-bench-") as folder:
            place = Installation.open(Path(folder))
            served = Shelf(place).publish(trained)
            planned, more = _planned(place, recorder, rasas, settings)
            parts = [*parts_with(planned, place, os.environ, served), *_more_rasas(planned, more, served)]
            stock_port = free_ports(1)[0]
            if stock:
                parts.append(stock_rasa(planned, stock_port, served))
            supervisor = Supervisor(parts, ROOT, place.logs, silent)
            try:
                await supervisor.start()
                urls = planned.gateway_env["RASA_URL"].split(",")
                address = f"http://127.0.0.1:{stock_port}" if stock else None
                yield Stack(planned, served, recorder, http, supervisor, tuple(urls), address)
            finally:
                await supervisor.stop()


def _planned(place: Installation, recorder: Vendor, rasas: int, more_settings: Mapping[str, str]) -> tuple[Plan, Sequence[int]]:
    """The launcher's plan with our vendor, and the ports of the Rasa servers beyond the first."""
    public, internal, *more = free_ports(1 + rasas)
    secrets = place.secrets()
    values = {
        "ONETHREAD_HOME": str(place.home),
        "PUBLIC_PORT": str(public),
        "INTERNAL_PORT": str(internal),
        "SIMULATOR": "off",
        "TWILIO_ACCOUNT_SID": secrets.simulated_account_sid,
        "TWILIO_AUTH_TOKEN": secrets.simulated_auth_token,
        "TWILIO_SMS_NUMBER": NUMBERS[0],
        "TWILIO_VOICE_NUMBER": NUMBERS[1],
        "TWILIO_API_URL": recorder.base_url,
        "VOICE_MODE": f"gather, {RELAY_NUMBER}=relay",
        "LOG_LEVEL": "INFO",
    }
    planned = plan(values | dict(more_settings), place)
    urls = [f"http://127.0.0.1:{port}" for port in (planned.rasa_port, *more)]
    return replace(planned, gateway_env={**planned.gateway_env, "RASA_URL": ",".join(urls)}), more


def _more_rasas(planned: Plan, ports: Sequence[int], served: Served) -> list[Part]:
    return [replace(rasa(planned, port, os.environ, served), name=f"rasa{n}", port=port) for n, port in enumerate(ports, 2)]


def stock_rasa(planned: Plan, port: int, served: Served, system: Mapping[str, str] = os.environ) -> Part:
    """Rasa 3.6.21 with only the patches without which it does not start, its own Redis stores and its ``rest`` channel."""
    at = urlsplit(planned.settings.redis_url)
    own = {
        "STOCK_REDIS_HOST": str(at.hostname),
        "STOCK_REDIS_PORT": str(at.port),
        "STOCK_REDIS_PASSWORD": str(at.password),
        "ACTION_SERVER_URL": f"http://127.0.0.1:{planned.action_port}/webhook",
        "ACTION_TOKEN": planned.settings.action_token,
        "RASA_TELEMETRY_ENABLED": "false",
        "LOG_LEVEL": "WARNING",
    }
    run = ("run", "--enable-api", "-i", "127.0.0.1", "-p", str(port), "--model", str(served.model))
    files = ("--endpoints", str(STOCK / "endpoints.yml"), "--credentials", str(STOCK / "credentials.yml"))
    return Part(
        name="stock",
        command=(str(served.python), "-m", "benchmarks.stock_rasa", *run, *files),
        ready=http_ok("127.0.0.1", port, "/status"),
        env=part_env(system, own),
        needs=("valkey",),
        port=port,
        start_seconds=300,
    )


async def settled(stack: Stack, seconds: float = 10.0) -> None:
    """Wait until nothing waits in the gateway's queues, so that one measurement does not run into the next."""
    headers = {"Authorization": f"Bearer {stack.plan.settings.internal_api_token}"}
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                async with stack.http.get(f"{stack.internal}/metrics", headers=headers) as answer:
                    text = await answer.text()
                depths = [line.rsplit(" ", 1)[1] for line in text.splitlines() if line.startswith("onethread_queue_depth{")]
                if depths and all(float(depth) == 0 for depth in depths):
                    return
                await asyncio.sleep(0.05)
