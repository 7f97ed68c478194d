"""What Rasa asks of every component of ours: settings that are checked, and a mark that changes with the code."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from rasa.shared.exceptions import InvalidConfigException

RASAS_OWN = frozenset({"alias", "name", "version"})
"""Settings that Rasa may add itself."""


def checked(component: str, config: Mapping[str, Any], least: Mapping[str, float]) -> None:
    """Raises InvalidConfigException (nothing is trained) for a setting that is not there, or is below its ``least`` value."""
    for name, value in config.items():
        if name in RASAS_OWN:
            continue
        if name not in least:
            raise InvalidConfigException(f"{component} has no setting {name}; there is {', '.join(sorted(least))}.")
        if isinstance(value, bool) or not isinstance(value, int | float) or value < least[name]:
            raise InvalidConfigException(f"{component}: {name} is a number from {least[name]:g} on, not {value!r}.")


def mark(*modules: ModuleType) -> str:
    """Rasa keeps a component's work until its class changes; with this, until anything that it uses does."""
    digest = hashlib.sha256()
    for module in modules:
        digest.update(inspect.getsource(module).encode())
    return digest.hexdigest()
