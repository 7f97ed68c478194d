"""A copy of the sample's files in which mistakes are planted, one at a time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = ("config.yml", "endpoints.yml", "domain", "data", "articles", "tests/journeys", "tests/calls", "tests/test_stories.yml")
READ = ("actions", "bot")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's files; its code is only read, and stands there by a link."""
    root = tmp_path_factory.mktemp("sample")
    for name in COPIED:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    for name in READ:
        (root / name).symlink_to(ROOT / name)
    return root
