"""The launcher as a process: its signals, what it leaves behind, and what it says of a wrong setting."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from launch.install.environment import free_ports
from tests.launch.conftest import Journal, gone

ROOT = Path(__file__).parents[2]


class Running:
    """A launcher over stand-ins that has said that it runs."""

    def __init__(self, process: asyncio.subprocess.Process, home: Path) -> None:
        self.process, self.home, self.text = process, home, ""

    async def until(self, words: str) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while words not in self.text:
                line = await self.process.stdout.readline()
                assert line, self.text
                self.text += line.decode()

    def record(self) -> dict[str, object]:
        return dict(json.loads((self.home / "running.json").read_text()))

    def pids(self) -> list[int]:
        parts = self.record()["parts"]
        assert isinstance(parts, dict)
        return [part["pid"] for part in parts.values()]


@pytest.fixture
async def start(tmp_path: Path, journal: Journal) -> AsyncIterator[object]:
    made: list[Running] = []

    async def make(*behaviours: str) -> Running:
        public, internal = free_ports(2)
        home = tmp_path / "home"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.launch.launcher", str(home), str(journal.path), str(public), str(internal)),
            *behaviours,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        made.append(Running(process, home))
        await made[-1].until("Ctrl-C stops everything")
        return made[-1]

    yield make
    for running in made:
        if running.process.returncode is None:
            running.process.kill()
        await running.process.wait()
        running.process._transport.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_stops_everything(start, journal: Journal, number: int) -> None:
    running = await start()
    pids = running.pids()
    running.process.send_signal(number)
    assert await asyncio.wait_for(running.process.wait(), 20) == 0
    assert gone(pids)
    assert not (running.home / "running.json").exists()
    assert next(line for line in journal.lines() if "stop" in line) == "gateway asked to stop"


async def test_a_second_signal_does_not_wait(start, journal: Journal) -> None:
    running = await start("deaf")
    pids = running.pids()
    running.process.send_signal(signal.SIGINT)
    await journal.until("gateway asked to stop")
    running.process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(running.process.wait(), 20) == 0
    assert gone(pids)


async def test_nothing_outlives_a_killed_launcher(start) -> None:
    running = await start("deaf")
    pids = running.pids()
    running.process.kill()
    await running.process.wait()
    assert gone(pids)


async def test_what_runs_is_recorded_privately(start) -> None:
    running = await start()
    record = running.record()
    assert record["launcher"] == running.process.pid
    assert record["simulated"] is True
    assert set(record["seconds"]) == {"model", "valkey", "rasa", "gateway", "all"}
    for name in ("running.json", "secrets.json", "logs/gateway.log"):
        assert stat.S_IMODE((running.home / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE(running.home.stat().st_mode) == 0o700


async def launch(tmp_path: Path, **env: str) -> tuple[int, str]:
    """``python -m launch`` with these variables, which must end by itself: exit code and standard error."""
    whole = {"PATH": os.environ["PATH"], "ONETHREAD_HOME": str(tmp_path / "home")} | env
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "launch", "--env-file", os.devnull),
        cwd=ROOT,
        env=whole,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode is not None
    return process.returncode, errors.decode()


@pytest.mark.parametrize("name", ["PUBLIC_PORT", "INTERNAL_PORT"])
async def test_a_port_in_use_is_named(tmp_path: Path, name: str) -> None:
    public, internal = free_ports(2)
    ports = {"PUBLIC_PORT": str(public), "INTERNAL_PORT": str(internal)}
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(ports[name])))
        other.listen()
        code, errors = await launch(tmp_path, **ports)
    assert (code, errors) == (
        1,
        f"{name} {ports[name]} is in use by another program: stop that one, or set {name} to a free port.\n",
    )


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"PUBLIC_PORT": "http"}, "PUBLIC_PORT is 'http': it must be a port, 1 to 65535."),
        ({"TWILIO_ACCOUNT_SID": "AC" + "0" * 32}, "TWILIO_AUTH_TOKEN is missing, and TWILIO_ACCOUNT_SID is set: "),
        ({"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "SIMULATOR": "on"}, "SIMULATOR is on, and TWILIO_ACCOUNT_SID is set: "),
        ({"RASA_URL": "http://127.0.0.1:5005"}, "RASA_TOKEN is missing, and RASA_URL is set: "),
        ({"ONETHREAD_HOME": "/dev/null"}, "ONETHREAD_HOME /dev/null cannot be used: "),
    ],
)
async def test_a_wrong_setting_is_one_sentence(tmp_path: Path, env: dict[str, str], sentence: str) -> None:
    code, errors = await launch(tmp_path, **env)
    assert code == 1
    assert errors.startswith(sentence)
    assert errors.count("\n") == 1


async def test_one_launcher_per_installation(start) -> None:
    running = await start()
    code, errors = await launch(running.home.parent)
    assert (code, errors) == (
        1,
        f"Onethread already runs from {running.home}: stop it first, or set ONETHREAD_HOME.\n",
    )
