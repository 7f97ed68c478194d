"""The first agent of an installation: made once, its one-time password left where only the owner can read it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from desk.agents import AgentDirectory


async def keep_first_agent(agents: AgentDirectory, home: Path) -> None:
    """Write ``first-agent.json`` (mode 0600) when the first agent was made just now."""
    made = await agents.first_agent()
    path = home / "first-agent.json"
    path.unlink(missing_ok=True)
    if made is None:
        return
    home.mkdir(mode=0o700, parents=True, exist_ok=True)  # noqa: ASYNC240 - once, before anything is served
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"username": made.username, "password": made.password}, file)
