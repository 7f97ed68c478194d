"""Values as JSON has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def present(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not known: None, and what is empty. False and 0 are known."""
    return {name: value for name, value in parts.items() if value is not None and value not in ("", [], {})}


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat() if at else None
