"""A training reads its files once, and who reads them again later reads them as they are then."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.shared.importers.importer import TrainingDataImporter

from bot.rasa_side.patches.read_once import what_was_validated_is_trained

pytestmark = [pytest.mark.rasa, pytest.mark.filterwarnings("ignore")]  # Rasa warns of its own past


@pytest.fixture(autouse=True)
def patched(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = TrainingDataImporter.load_from_config
    monkeypatch.setattr(TrainingDataImporter, "load_from_config", staticmethod(theirs))  # put back afterwards
    what_was_validated_is_trained()


def written(folder: Path, *intents: str) -> TrainingDataImporter:
    (folder / "config.yml").write_text("recipe: default.v1\nassistant_id: toy\nlanguage: en\n")
    (folder / "domain.yml").write_text(f'version: "3.1"\nintents: [{", ".join(intents)}]\n')
    return TrainingDataImporter.load_from_config(str(folder / "config.yml"), str(folder / "domain.yml"), [])


def test_what_was_validated_is_trained(tmp_path: Path) -> None:
    validated, trained, later = written(tmp_path, "greet"), written(tmp_path, "greet"), written(tmp_path, "greet", "bye")
    assert trained is validated and trained.get_domain() is validated.get_domain()
    assert "bye" in later.get_domain().intents and later is not trained


def test_other_files_are_read_for_themselves(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    assert "greet" in written(tmp_path / "one", "greet").get_domain().intents
    assert "greet" not in written(tmp_path / "other", "bye").get_domain().intents
