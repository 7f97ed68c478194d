"""Where settings come from: the environment, and a ``.env`` file beside the code for what the environment does not name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from gateway.settings.kinds import ConfigError
from gateway.settings.variables import VARIABLES

ENV_FILE = Path(__file__).parents[2] / ".env"


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of a ``.env`` file, if there is one. Raises ConfigError for a line that cannot be read, and for a name that
    looks like a slip of ours.
    """
    values = _values(path) if path.exists() else {}
    known = [variable.name for variable in VARIABLES]
    for name in values:
        near = difflib.get_close_matches(name, known, 1, 0.85)
        if name not in known and near:
            raise ConfigError(f"{name} in {path.name} is not a variable of Onethread: did you mean {near[0]}?")
    return values


def _values(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} cannot be read ({type(error).__name__}): it must be a text file in UTF-8.") from None
    for binding in parse_stream(StringIO(text)):
        if binding.error:  # dotenv itself passes over such a line
            written = binding.original.string
            line = binding.original.line + written[: len(written) - len(written.lstrip())].count("\n")
            raise ConfigError(f"{path.name}, line {line}: it cannot be read; write NAME=value.")
    return {name: value for name, value in dotenv_values(stream=StringIO(text), interpolate=False).items() if value}


def read_values(file: Path, system: Mapping[str, str]) -> dict[str, str]:
    """A ``.env`` file, if it is there, and the environment, which wins; an empty value counts as not set."""
    return read_env_file(file) | {name: value for name, value in system.items() if value}
