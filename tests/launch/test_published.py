"""What is live stays live: trainings beside a running stack, and a Rasa that is started again, change nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import urllib.request
from pathlib import Path

import pytest

from launch.install.environment import plan
from launch.install.installation import Installation, StartError
from launch.processes.parts import Served, rasa
from launch.processes.supervisor import Supervisor
from launch.published import Shelf
from launch.training import KEPT, Trainer, ready_model, served_model
from tests.launch.conftest import Watched

RASA = """\
# Stands for Rasa: trains, and serves as Rasa does, with the newest of models/ in the place of a file that is not there.
import http.server, os, pathlib, sys
what, options = sys.argv[2], dict(zip(sys.argv[3::2], sys.argv[4::2]))
if what == "train":
    text = pathlib.Path(options["--config"]).read_text()
    (pathlib.Path(options["--out"]) / (options["--fixed-model-name"] + ".tar.gz")).write_text(text)
    sys.exit()
arguments = sys.argv
model = pathlib.Path(arguments[arguments.index("--model") + 1])
if not model.exists():
    model = max(pathlib.Path("models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
words = model.read_bytes()
class Status(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(words)
    def log_message(self, *arguments): pass
http.server.HTTPServer(("127.0.0.1", int(arguments[arguments.index("-p") + 1])), Status).serve_forever()
"""
FILES = {
    "config.yml": "live",
    "domain/cards.yml": "",
    "data/nlu/cards.yml": "",
    "requirements/base.txt": "",
    "bot/__init__.py": "",
    "bot/rasa_side/__init__.py": "",
    "bot/rasa_side/patches/compat.py": RASA,
}


@pytest.fixture
def work(tmp_path: Path) -> Trainer:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return Trainer(tmp_path, Path(sys.executable), tmp_path / "config.yml", tmp_path)


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    return Installation.open(tmp_path / "home")


async def train_a_draft(work: Trainer, words: str) -> Path:
    work.config.write_text(words)
    return await work.train({})


async def asked(port: int) -> str:
    """The words that the served model was trained from."""
    with await asyncio.to_thread(urllib.request.urlopen, f"http://127.0.0.1:{port}/status", timeout=5) as answer:
        return str(answer.read().decode())


async def test_trainings_beside_a_running_stack_and_a_dead_rasa_change_nothing(work: Trainer, place: Installation) -> None:
    served = Shelf(place).publish(await ready_model(work, {}, print))
    planned = plan({"PUBLIC_PORT": "1", "INTERNAL_PORT": "2", "REDIS_URL": "redis://127.0.0.1:1/0"}, place)
    assert planned.rasa_port is not None
    watched = Watched([rasa(planned, planned.rasa_port, os.environ, served)], work.root)
    assert isinstance(watched.supervisor, Supervisor)
    await watched.supervisor.start()
    watch = asyncio.create_task(watched.supervisor.watch())
    try:
        assert await asked(planned.rasa_port) == "live"
        for number in range(KEPT + 1):
            await train_a_draft(work, f"draft {number}")
        os.kill(watched.pids()[0], signal.SIGKILL)
        await watched.until_said("rasa is ready again")
        assert await asked(planned.rasa_port) == "live"
    finally:
        watch.cancel()
        await watched.supervisor.stop()


async def test_the_served_model_is_pruned_nowhere(work: Trainer, place: Installation) -> None:
    trained = await ready_model(work, {}, print)
    served = Shelf(place).publish(trained)
    for number in range(KEPT + 2):
        await train_a_draft(work, f"draft {number}")
    assert trained.model.exists() and served.model.read_text() == "live"
    assert len(list((work.root / "models").glob("*.tar.gz"))) == KEPT + 1


async def test_the_same_data_trained_again_does_not_change_the_served_file(work: Trainer, place: Installation) -> None:
    trained = await ready_model(work, {}, print)
    served = Shelf(place).publish(trained)
    trained.model.unlink()
    trained.model.write_text("the same data, other weights")
    assert served.model.read_text() == "live"
    again = Shelf(place).publish(trained)
    assert again.model != served.model and served.model.exists(), "a running Rasa may still be started on the first"


async def test_a_service_starts_on_what_was_published_whatever_was_written_since(work: Trainer, place: Installation) -> None:
    first = await served_model(place, work, {}, print)
    await train_a_draft(work, "a draft")
    said: list[str] = []
    assert await served_model(place, work, {}, said.append) == first
    assert "make publish" in said[0]
    published = Shelf(place).publish(await ready_model(work, {}, print))
    assert await served_model(place, work, {}, print) == published
    assert published.model.read_text() == "a draft"


async def test_a_published_model_that_is_gone_is_said_and_no_other_is_taken(work: Trainer, place: Installation) -> None:
    served = await served_model(place, work, {}, print)
    served.model.unlink()
    with pytest.raises(StartError, match="is gone: `make publish`"):
        await served_model(place, work, {}, print)
    place.published.write_text("{")
    with pytest.raises(StartError, match="is damaged"):
        await served_model(place, work, {}, print)


async def test_from_another_disk_it_is_a_whole_copy(work: Trainer, place: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def other_disk(*_paths: object) -> None:
        raise OSError("Invalid cross-device link")

    monkeypatch.setattr("launch.published.os.link", other_disk)
    served = Shelf(place).publish(await ready_model(work, {}, print))
    for path in (work.root / "models").glob("*.tar.gz"):
        path.unlink()
    assert served.model.read_text() == "live"


async def test_only_what_is_published_is_kept_from_start_to_start(work: Trainer, place: Installation) -> None:
    shelf = Shelf(place)
    for words in ("one", "two"):
        work.config.write_text(words)
        served = shelf.publish(await ready_model(work, {}, print))
    shelf.tidy()
    assert [path.name for path in place.models.iterdir()] == [served.model.name]
    assert shelf.named() == Served(served.model, served.python)
