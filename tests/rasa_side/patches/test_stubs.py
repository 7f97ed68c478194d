"""The stand-ins answer Rasa and nobody else, and stand for exactly what Rasa asks for."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import sys
from pathlib import Path

import pytest
import rasa

from bot.rasa_side.patches import stubs

# imported inside functions or try blocks of Rasa's, where an ImportError is expected and handled
OPTIONAL = {
    *("IPython", "azure", "colorama", "confluent_kafka", "jieba", "mitie", "rasa_plus", "tensorflow_hub", "tensorflow_text"),
    *("transformers", "urlparse", "google.cloud"),
}


def imports_of_rasa() -> set[str]:
    """Every module that any file of Rasa's imports."""
    names: set[str] = set()
    for path in Path(rasa.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
    return names


def is_installed(name: str) -> bool:
    """True when the top of ``name`` is a real package."""
    top = name.partition(".")[0]
    return top in sys.builtin_module_names or importlib.machinery.PathFinder.find_spec(top) is not None


def below(name: str, tops: set[str]) -> bool:
    return any(name == top or name.startswith(top + ".") for top in tops)


def test_every_missing_import_of_rasa_is_known() -> None:
    missing = {name for name in imports_of_rasa() if not is_installed(name) and not below(name, OPTIONAL)}
    assert {name for name in missing if stubs.stand_in_for(name) is None} == set()


def test_the_tables_hold_nothing_rasa_does_not_import() -> None:
    wanted = imports_of_rasa()
    unused = {top for top in {*stubs.UNUSED, *stubs.INERT} if not any(below(name, {top}) for name in wanted)}
    assert unused <= {"mattermostwrapper", "tf_keras"}


def test_other_importers_get_their_import_error() -> None:
    sys.modules.pop("boto3", None)
    with pytest.raises(ImportError):
        import boto3  # noqa: F401
    assert importlib.util.find_spec("slack_sdk") is None


def test_importers_inside_rasa_get_a_stand_in() -> None:
    namespace = {"__name__": "rasa.core.somewhere"}
    exec("import boto3\nfrom google.oauth2 import id_token", namespace)
    assert isinstance(namespace["boto3"], stubs.StubModule)
    assert namespace["id_token"] is stubs.Unused
    stubs.forget_stubs()
    assert "boto3" not in sys.modules


def test_an_unused_library_can_be_caught_and_not_made() -> None:
    module = stubs.StubModule("pymongo.errors", stubs.Unused)
    assert issubclass(module.ConnectionFailure, Exception)
    with pytest.raises(RuntimeError, match="not installed"):
        module.MongoClient("mongodb://localhost")


def test_an_inert_library_decorates_and_is_subclassed() -> None:
    module = stubs.StubModule("tensorflow", stubs.Inert)

    class Layer(module.keras.layers.Layer):  # type: ignore[misc, name-defined]
        """As Rasa defines its layers."""

        def __init__(self, units: int) -> None:
            super().__init__(name="x")
            self.units = units

    @module.function
    def call(value: int) -> int:
        return value + 1

    @module.function(reduce_retracing=True)
    def call_too(value: int) -> int:
        return value + 2

    assert Layer(3).units == 3
    assert (call(1), call_too(1)) == (2, 3)


def test_the_finder_is_installed_once() -> None:
    stubs.install_stubs()
    assert sum(isinstance(finder, stubs.StubFinder) for finder in sys.meta_path) == 1
