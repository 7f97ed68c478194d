"""The first agent of an installation: made once, its one-time password left where only the owner can read it."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from desk.agents import AgentDirectory


async def keep_first_agent(agents: AgentDirectory, home: Path, token: str) -> None:
    """Write ``first-agent.json`` (mode 0600) as long as the first agent waits for its first sign-in.

    The same password at every gateway with this ``token`` (INTERNAL_API_TOKEN).
    """
    made = await agents.first_agent(hashlib.sha256(b"first agent:" + token.encode()).digest())
    path = home / "first-agent.json"
    path.unlink(missing_ok=True)
    if made is None:
        return
    home.mkdir(mode=0o700, parents=True, exist_ok=True)  # noqa: ASYNC240 - once, before anything is served
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"username": made.username, "password": made.password}, file)
