"""Rasa's default configuration (DIET and TED) against ours on the same data: start, memory and turn, side by side.

Needs the environment with TensorFlow (``make train DIET=1`` makes it) and, the first time, minutes of training.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import aiohttp

from benchmarks import numbers
from benchmarks.measures.flat import META
from benchmarks.measures.memory import held, resident
from benchmarks.results import Figure, Found
from benchmarks.stack import ROOT, STOCK, model, silent, stock_rasa
from benchmarks.traffic import SCRIPT, Missing, line
from launch.install.environment import Plan, free_ports, plan
from launch.install.installation import Installation
from launch.processes.parts import Served, assistant, rasa
from launch.processes.supervisor import Part, Supervisor
from launch.training import Trainer, ready_model

MS = 1000.0
PASSES = 3
"""Times through the script in one run."""


@dataclass(slots=True)
class Side:
    """One configuration: seconds until it was ready, MB, and seconds of turns, run by run."""

    start: list[float] = field(default_factory=list)
    rss: list[float] = field(default_factory=list)
    pss: list[float] = field(default_factory=list)
    turns: list[list[float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pair:
    """The two servers by ``ours`` and ``default``: addresses, seconds until they were ready, processes; our token."""

    urls: dict[str, str]
    seconds: dict[str, float]
    pids: dict[str, int]
    token: str


async def default_model() -> Served:
    """The model of Rasa's default configuration; trained when there is none (minutes). Raises StartError."""
    python = ROOT / ".venv-diet" / "bin" / "python"
    work = Trainer(ROOT, python, STOCK / "config.yml", ROOT / "results" / "logs")
    return await ready_model(work, os.environ, print)


@asynccontextmanager
async def both(ours: Served, default: Served) -> AsyncIterator[Pair]:
    """Two Rasa servers, one store, one action server."""
    with tempfile.TemporaryDirectory(prefix="onethread-bench-") as folder:
        place = Installation.open(Path(folder))
        planned = plan({"ONETHREAD_HOME": folder, "PUBLIC_PORT": "1", "INTERNAL_PORT": "2", "SIMULATOR": "on"}, place)
        shared = [part for part in assistant(planned, place, os.environ, ours) if part.name != "rasa"]
        behind = Supervisor(shared, ROOT, place.logs, silent)
        ports = dict(zip(("ours", "default"), free_ports(2), strict=True))
        started: dict[str, Supervisor] = {}
        seconds: dict[str, float] = {}
        try:
            await behind.start()
            for name, served in (("ours", ours), ("default", default)):
                started[name] = Supervisor([_server(name, planned, ports[name], served)], ROOT, place.logs, silent)
                began = time.monotonic()
                await started[name].start()
                seconds[name] = time.monotonic() - began
            urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
            pids = {name: one.processes[name].pid for name, one in started.items()}
            yield Pair(urls, seconds, pids, planned.settings.rasa_token)
        finally:
            for one in started.values():
                await one.stop()
            await behind.stop()


def _server(name: str, planned: Plan, port: int, served: Served) -> Part:
    """Ours as it runs; the default one as stock Rasa runs it, with its own Redis stores."""
    made = rasa(planned, port, os.environ, served) if name == "ours" else stock_rasa(planned, port, served)
    return replace(made, name=name, port=port, needs=(), start_seconds=600)


async def _ours(http: aiohttp.ClientSession, pair: Pair, number: int) -> None:
    body = {"conversation": "c_tiers", "message_id": f"tiers:{number}", "text": line(number), "metadata": META}
    headers = {"Authorization": f"Bearer {pair.token}"}
    async with http.post(f"{pair.urls['ours']}/webhooks/sms/webhook", json=body, headers=headers) as answer:
        if answer.status != 200:
            raise Missing(f"ours answered {answer.status}")
        await answer.read()


async def _default(http: aiohttp.ClientSession, pair: Pair, number: int) -> None:
    body = {"sender": "c_tiers", "message": line(number), "metadata": META}
    async with http.post(f"{pair.urls['default']}/webhooks/rest/webhook", json=body) as answer:
        if answer.status != 200:
            raise Missing(f"Rasa's default answered {answer.status}")
        await answer.read()


async def one_run(ours: Served, default: Served, sides: dict[str, Side]) -> None:
    """Start both, talk to both turn by turn, and look at what they hold."""
    async with both(ours, default) as pair, aiohttp.ClientSession() as http:
        found: dict[str, list[float]] = {name: [] for name in sides}
        for number in range((PASSES + 1) * len(SCRIPT)):
            for name in sides:
                began = time.monotonic()
                await (_ours(http, pair, number) if name == "ours" else _default(http, pair, number))
                if number >= len(SCRIPT):  # the first pass warms up
                    found[name].append(time.monotonic() - began)
        for name, side in sides.items():
            side.start.append(pair.seconds[name])
            side.turns.append(found[name])
            side.rss.append(resident({name: pair.pids[name]}))
            side.pss.append(held({name: pair.pids[name]})[name])


async def measure(runs: int) -> list[Found]:
    """Each run starts both anew: a minute, most of it for the default configuration."""
    ours, default = await model(), await default_model()
    sides = {"ours": Side(), "default": Side()}
    for _ in range(runs):
        await one_run(ours, default, sides)
    mine, other = sides["ours"], sides["default"]
    figures: list[Figure] = []
    for label, side in (("ours", mine), ("Rasa's default (DIET, TED)", other)):
        figures += [
            Figure(f"{label}: start until ready", median(side.start), "s"),
            Figure(f"{label}: memory after the run, RSS", median(side.rss), "MB"),
            Figure(f"{label}: memory after the run, PSS", median(side.pss), "MB"),
            Figure(f"{label}: turn, median", median(median(run) for run in side.turns) * MS, "ms"),
            Figure(f"{label}: turn, p95", median(numbers.p95(run) for run in side.turns) * MS, "ms"),
        ]
    figures += [
        Figure("default / ours: start", numbers.ratio_of([[s] for s in other.start], [[s] for s in mine.start])),
        Figure("default / ours: memory, RSS", numbers.ratio_of([[s] for s in other.rss], [[s] for s in mine.rss])),
        Figure("default / ours: turn, median", numbers.ratio_of(other.turns, mine.turns)),
    ]
    notes = (
        f"Both servers run side by side and are asked turn by turn: {PASSES * len(SCRIPT)} turns each in a run, the same words.",
        "Default: Rasa's default pipeline and policies but UnexpecTED (fails on numpy 2), its Redis stores and `rest` channel.",
        "How well they understand is not compared here (`tests/assistant/test_language.py` holds ours to a floor).",
    )
    return [Found("tiers", "Rasa's default configuration against ours", runs, tuple(figures), notes)]
