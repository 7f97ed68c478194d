"""A training without work that is done twice: ``rasa train`` reads all data to validate it, and reads it again to train."""

from __future__ import annotations

import gc
from typing import Any

YOUNG = 100_000
"""Objects after which garbage is looked for. A training makes millions that stay until its end."""


def what_was_validated_is_trained() -> None:
    """Who asks for the importer of the same files a second time gets the first, with what it has read; a third reads anew."""
    from rasa.shared.importers.importer import TrainingDataImporter

    theirs = TrainingDataImporter.load_from_config
    kept: dict[str, Any] = {}

    def load_from_config(
        config_path: str, domain_path: str | None = None, training_data_paths: Any = None, args: Any = None
    ) -> Any:
        files = repr((config_path, domain_path, training_data_paths, args or {}))
        if files in kept:
            return kept.pop(files)
        kept[files] = theirs(config_path, domain_path, training_data_paths, args or {})
        return kept[files]

    TrainingDataImporter.load_from_config = staticmethod(load_from_config)


def garbage_is_looked_for_seldom() -> None:
    """Only in a process that ends with its training."""
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
