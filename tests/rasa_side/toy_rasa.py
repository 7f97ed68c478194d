"""The toy assistant as processes: trained once, its action server, and `rasa run` on ports of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import free_port

ROOT = Path(__file__).resolve().parents[2]
TOY = Path(__file__).with_name("toy")
TOKEN = "a-token-of-the-tests-only"
COMPAT = (sys.executable, "-m", "bot.rasa_side.patches.compat")


def environment(**more: str) -> dict[str, str]:
    """The tests' environment for a process of Rasa's: our packages importable, nothing else changed."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "RASA_TOKEN": TOKEN, "PYTHONWARNINGS": "ignore", **more}


def train(folder: Path, *more: str, seconds: float = 120) -> Path:
    """Train the toy assistant into ``folder``; the model's file."""
    subprocess.run(
        [*COMPAT, "rasa", "train", "--domain", "domain.yml", "--out", str(folder), "--fixed-model-name", "toy", *more],
        cwd=TOY, env=environment(), check=True, capture_output=True, timeout=seconds,
    )  # fmt: skip
    return folder / "toy.tar.gz"


@dataclass
class Server:
    """One process that listens on loopback; its output goes to a file."""

    command: tuple[str, ...]
    health: str
    log: Path
    more: dict[str, str] = field(default_factory=dict)
    folder: Path = TOY
    process: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float = 60) -> None:
        """Start it and wait until it answers; RuntimeError with its output when it ends or stays silent."""
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, env=environment(**self.more), stdout=output, stderr=output
            )
        deadline = time.monotonic() + seconds
        while not _answers(self.health):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"not healthy: {self.log.read_text()[-3000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it; a second call does nothing."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def action_server(log: Path, port: int | None = None) -> tuple[Server, str]:
    """The toy's action server (not started) and its URL for endpoints.yml."""
    port = port or free_port()
    server = Server((*COMPAT, "actions", "--actions", "actions.toy", "--port", str(port)), f"http://127.0.0.1:{port}/health", log)
    return server, f"http://127.0.0.1:{port}/webhook"


def rasa_server(model: Path, log: Path, actions_url: str, **more: str) -> tuple[Server, str]:
    """``rasa run`` with our channels (not started) and its base URL."""
    port = free_port()
    files = ("--endpoints", more.pop("endpoints", "endpoints.yml"), "--credentials", str(ROOT / "credentials.yml"))
    command = (*COMPAT, "rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port), "--model", str(model), *files)
    base = f"http://127.0.0.1:{port}"
    return Server(command, f"{base}/status?token={TOKEN}", log, {"ACTIONS_URL": actions_url, **more}), base
