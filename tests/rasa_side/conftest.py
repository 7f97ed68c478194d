"""Rasa in this process, patched, and the toy assistant trained once for the whole run."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Rasa and its libraries say of themselves while they are imported
    from bot.rasa_side.patches.compat import install

    install()

from tests.rasa_side import toy_rasa


@pytest.fixture(scope="session")
def toy_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained toy assistant."""
    return toy_rasa.train(tmp_path_factory.mktemp("model"))
