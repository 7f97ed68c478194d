"""What a person reads once everything runs."""

from __future__ import annotations

import json

from gateway.config import Settings
from launch.installation import Installation


def banner(settings: Settings, internal_host: str, place: Installation) -> str:
    """The addresses, the first agent's password while it is unused, and where the logs are."""
    internal = f"http://{internal_host}:{settings.internal_port}"
    rows = [("Web chat", f"{settings.public_url}/")]
    if settings.simulated:
        rows.append(("Simulator", f"{internal}/simulator   (no vendor is configured: it stands in for them)"))
    rows.append(("Desk", f"{internal}/desk"))
    agent = first_agent(place)
    if agent is not None:
        rows.append(("First agent", f"{agent[0]}   one-time password: {agent[1]}"))
    rows.append(("Logs", f"{place.logs}"))
    lines = [f"  {name:<12} {text}" for name, text in rows]
    return "\n".join(["", "Onethread is running.", "", *lines, "", "  Ctrl-C stops everything.", ""])


def first_agent(place: Installation) -> tuple[str, str] | None:
    """The name and one-time password of the first agent, while the gateway keeps the file."""
    try:
        record = json.loads(place.first_agent.read_text())
        return str(record["username"]), str(record["password"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
