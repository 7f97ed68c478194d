"""How an environment variable is declared: what reads its text, its default and what it is for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import Field, PlainValidator

from gateway.settings.kinds import one_line

REQUIRED: Any = ...


def by(read: Callable[[str], object]) -> PlainValidator:
    """A value that ``read`` makes of the text."""
    return PlainValidator(lambda text: read(one_line(text)))


def variable(explanation: str, default: Any = "", *, secret: bool = False) -> Any:
    """A row of the table. ``default``: text, read as one that was set; or the value of one that is not set; or REQUIRED."""
    given = isinstance(default, str) and bool(default)
    return Field(default, description=explanation, repr=not secret, validate_default=given)
