"""What a person reads once everything runs."""

from __future__ import annotations

import json

from gateway.settings.config import ONE_ADDRESS, Settings
from gateway.settings.kinds import in_url
from launch.install.installation import Installation

OWN_AGENTS = "an agent of yours, with their own password   (make agent LIST=1; lost one: make agent NAME=... RESET=1)"
"""Who signs in once the first agent has chosen a password."""


def banner(settings: Settings, internal_host: str, place: Installation) -> str:
    """The addresses, who signs in (the first agent's password while it is unused), and where the logs are."""
    internal = f"http://{in_url(internal_host)}:{settings.internal_port}"
    rows = [("Web chat", f"{settings.public_url}/")]
    if settings.simulated:
        rows.append(("Simulator", f"{internal}/simulator   (no vendor is configured: it stands in for them)"))
    rows.append(("Desk", f"{internal}/desk"))
    agent = first_agent(place)
    rows.append(("Sign in as", f"{agent[0]}   one-time password: {agent[1]}" if agent else OWN_AGENTS))
    rows.append(("Health", f"{internal}/health"))
    rows.append(("Logs", f"{place.logs}"))
    if settings.visitors_share_one_address:
        rows.append(("Attention", ONE_ADDRESS))
    lines = [f"  {name:<12} {text}" for name, text in rows]
    return "\n".join(["", "Onethread is running.", "", *lines, "", "  Ctrl-C stops everything.", ""])


def first_agent(place: Installation) -> tuple[str, str] | None:
    """The name and one-time password of the first agent, while the gateway keeps the file."""
    try:
        record = json.loads(place.first_agent.read_text())
        return str(record["username"]), str(record["password"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
