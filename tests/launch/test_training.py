"""A model belongs to the data it was trained from. The trainer is run over a stand-in for Rasa."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from launch.install.installation import StartError
from launch.processes.checked import check_assistant
from launch.training import KEPT, Trainer, ready_model

ROOT = Path(__file__).parents[2]
RASA = """\
import pathlib, sys
options = dict(zip(sys.argv[3::2], sys.argv[4::2]))
if "broken" in pathlib.Path(options["--config"]).read_text():
    sys.exit("the pipeline is broken")
print("/x/rasa/shared/utils/io.py:100: UserWarning: The utterance 'utter_x' is not used in any story or rule.")
print("/x/rasa/shared/utils/io.py:100: UserWarning: Something true.")
(pathlib.Path(options["--out"]) / (options["--fixed-model-name"] + ".tar.gz")).write_text("model")
"""
FILES = {
    "config.yml": "pipeline: []",
    "domain/cards.yml": "intents: []",
    "data/nlu/cards.yml": "nlu: []",
    "requirements/base.txt": "rasa==3.6.21",
    "bot/__init__.py": "",
    "bot/rasa_side/__init__.py": "",
    "bot/rasa_side/patches/compat.py": RASA,
}


@pytest.fixture
def trainer(tmp_path: Path) -> Trainer:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return Trainer(tmp_path, Path(sys.executable), tmp_path / "config.yml", tmp_path)


async def test_the_model_is_found_until_something_changes(trainer: Trainer) -> None:
    assert trainer.find() is None
    model = await trainer.train({})
    assert trainer.find() == model
    assert model.with_name(model.name.replace(".tar.gz", ".json")).exists()


@pytest.mark.parametrize("name", [name for name in FILES if name != "bot/__init__.py"])
async def test_a_change_asks_for_a_new_model(trainer: Trainer, name: str) -> None:
    await trainer.train({})
    path = trainer.root / name
    path.write_text(path.read_text() + "\n# changed\n")
    assert trainer.find() is None


async def test_a_new_or_renamed_file_is_a_change(trainer: Trainer) -> None:
    await trainer.train({})
    (trainer.root / "data/nlu/cards.yml").rename(trainer.root / "data/nlu/accounts.yml")
    assert trainer.find() is None


async def test_a_failed_training_tells_why(trainer: Trainer) -> None:
    (trainer.root / "config.yml").write_text("broken")
    with pytest.raises(StartError, match=r"Training failed \(exit code 1\)[\s\S]*the pipeline is broken"):
        await trainer.train({})
    assert trainer.find() is None


async def test_a_training_says_what_rasa_warns_of_where_it_is_true(trainer: Trainer) -> None:
    said: list[str] = []
    await trainer.train({}, said.append)
    assert said == ["Warning: Something true."]


async def test_old_models_are_forgotten(trainer: Trainer) -> None:
    for count in range(KEPT + 2):
        (trainer.root / "config.yml").write_text(f"pipeline: [{count}]")
        newest = await trainer.train({})
    models = list((trainer.root / "models").glob("*.tar.gz"))
    assert len(models) == KEPT
    assert newest in models
    assert len(list((trainer.root / "models").glob("*.json"))) == KEPT


async def test_of_two_starts_at_once_one_trains_and_the_other_waits_for_its_model(
    trainer: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("launch.training.LOOK", 0.01)
    said: list[str] = []
    first, second = await asyncio.gather(*(ready_model(trainer, {}, said.append) for _ in range(2)))
    assert first == second
    assert sorted(line.split(":")[0].split(",")[0] for line in said if not line.startswith("Warning")) == [
        "Another start is training the assistant",
        "Training the assistant",
    ]


def one_mistake(root: Path, say: Callable[[str], None]) -> None:
    raise StartError("domain/cards.yml:1: wrong")


@pytest.mark.parametrize("known", [False, True], ids=["no model yet", "a model of just this"])
async def test_nothing_is_trained_or_served_while_the_check_finds_an_error(trainer: Trainer, known: bool) -> None:
    if known:
        await trainer.train({})
    with pytest.raises(StartError, match=r"domain/cards\.yml:1: wrong"):
        await ready_model(replace(trainer, check=one_mistake), {}, print)
    assert (trainer.find() is not None) is known


def test_every_mistake_is_told_when_a_start_is_refused(tmp_path: Path) -> None:
    (tmp_path / "domain").mkdir()
    (tmp_path / "domain" / "cards.yml").write_text("reponses: {}\nslot: {}\n")
    with pytest.raises(StartError) as refused:
        check_assistant(tmp_path, print)
    said = str(refused.value)
    assert "domain/cards.yml:1: Nothing reads reponses: here. Did you mean responses?" in said
    assert "domain/cards.yml:2: Nothing reads slot: here. Did you mean slots?" in said
    assert said.endswith("what is live stays as it is.") and "Traceback" not in said


def test_our_own_assistant_is_trained_without_a_word() -> None:
    said: list[str] = []
    check_assistant(ROOT, said.append)
    assert said == []
