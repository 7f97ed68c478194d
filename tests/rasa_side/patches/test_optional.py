"""TensorFlow components without TensorFlow: refused before anything is trained or served, in one sentence."""

from __future__ import annotations

import ast
import importlib
import inspect
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from rasa.core.channels.channel import InputChannel
from rasa.engine.recipes.default_recipe import DefaultV1Recipe

from bot.rasa_side.patches import catalogue as patches
from bot.rasa_side.patches.optional import (
    NEED_TENSORFLOW,
    TensorFlowMissing,
    components_of,
    have_tensorflow,
    refuse_without_tensorflow,
)
from tests.rasa_side.toy_rasa import COMPAT, TOY, environment

without = pytest.mark.skipif(have_tensorflow(), reason="TensorFlow is installed")


def test_the_table_is_what_rasa_registers() -> None:
    importlib.import_module("rasa.engine.recipes.default_components")  # registers everything
    kinds = [component.clazz for component in DefaultV1Recipe._registered_components.values()]
    needing = {kind.__name__ for kind in kinds if _imports_tensorflow(kind)}
    assert needing | {"ResponseSelector"} == NEED_TENSORFLOW  # it imports DIETClassifier's module only


def _imports_tensorflow(kind: type) -> bool:
    tree = ast.parse(Path(inspect.getsourcefile(kind) or "").read_text("utf-8"))
    return any(
        isinstance(node, ast.Import) and any(alias.name == "tensorflow" for alias in node.names) for node in ast.walk(tree)
    )


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["DIETClassifier"], "names DIETClassifier, which needs TensorFlow"),
        (["rasa.core.policies.ted_policy.TEDPolicy", "DIETClassifier"], "names DIETClassifier, TEDPolicy, which need TensorFlow"),
    ],
)
def test_the_sentence_names_component_and_command(names: list[str], sentence: str) -> None:
    with pytest.raises(TensorFlowMissing) as error:
        refuse_without_tensorflow(names, "The configuration", installed=False)
    assert sentence in str(error.value)
    assert "make train DIET=1" in str(error.value)


def test_nothing_is_refused_with_tensorflow_or_without_need() -> None:
    refuse_without_tensorflow(["DIETClassifier"], "x", installed=True)
    refuse_without_tensorflow(["RulePolicy"], "x", installed=False)


def test_components_are_read_from_a_configuration() -> None:
    config = {"pipeline": [{"name": "A", "x": 1}, "B"], "policies": None}
    assert components_of(config) == ["A", "B"]
    assert components_of({}) == []


@without
@pytest.mark.rasa
def test_training_refuses(tmp_path: Path) -> None:
    toy = tmp_path / "toy"
    shutil.copytree(TOY, toy)
    config = yaml.safe_load((toy / "config.yml").read_text())
    config["policies"].append({"name": "TEDPolicy"})
    (toy / "config.yml").write_text(yaml.safe_dump(config))
    done = subprocess.run(
        [*COMPAT, "rasa", "train", "--domain", "domain.yml"],
        cwd=toy, env=environment(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0
    assert "TEDPolicy, which needs TensorFlow" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@without
def test_a_model_with_tensorflow_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import rasa.engine.storage.local_model_storage as storage
    import rasa.model

    node = SimpleNamespace(uses=type("DIETClassifier", (), {}))
    metadata = SimpleNamespace(predict_schema=SimpleNamespace(nodes={"n": node}))
    monkeypatch.setattr(storage.LocalModelStorage, "metadata_from_archive", lambda path: metadata)
    monkeypatch.setattr(rasa.model, "get_local_model", lambda path: path)
    with pytest.raises(SystemExit, match="make train DIET=1"):
        patches.refuse_model_without_tensorflow("model.tar.gz")


@pytest.mark.rasa
def test_a_server_without_a_model_stops(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    done = subprocess.run(
        [*COMPAT, "rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", "0", "--model", str(tmp_path / "models")],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "make train" in done.stderr


@pytest.mark.rasa
@pytest.mark.parametrize("name", [["--model", "models/published.tar.gz"], ["--model", "models"], []])
def test_no_other_model_is_put_in_the_place_of_the_named_one(tmp_path: Path, name: list[str]) -> None:
    """Rasa itself takes the newest file of ``models/``: an unpublished draft."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "draft.tar.gz").write_bytes(b"a draft")
    done = subprocess.run(
        [*COMPAT, "rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", "0", *name],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "no other is put in its place" in done.stderr
    assert "draft" not in done.stderr


def test_no_channel_without_a_token() -> None:
    from rasa.shared.exceptions import RasaException

    from bot.rasa_side.channels import WebInput

    credentials: list[Any] = [None, {}, {"token": ""}, {"token": "short"}, {"token": "${RASA_TOKEN_NOT_SET}"}]
    for given in credentials:
        with pytest.raises(RasaException, match="RASA_TOKEN"):
            WebInput.from_credentials(given)
    assert isinstance(WebInput.from_credentials({"token": "x" * 16}), InputChannel)
