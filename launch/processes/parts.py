"""The processes of Onethread: how each is started, what it may know, and when it is ready."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from launch.install.environment import Plan, part_env
from launch.install.installation import Installation, write_private_text
from launch.processes.health import http_ok, valkey_ok
from launch.processes.supervisor import Part
from launch.processes.valkey import server_binary


@dataclass(frozen=True, slots=True)
class Served:
    """What our own Rasa runs: a trained model, and the Python whose environment it was trained in."""

    model: Path
    python: Path


DRAIN = 10.0
"""Seconds the gateway has to finish what it has taken."""


def parts_with(plan: Plan, place: Installation, system: Mapping[str, str], served: Served | None) -> list[Part]:
    """In the order of what needs what, and stopped in reverse; ``served`` is None without a Rasa of our own."""
    return [*assistant(plan, place, system, served), gateway(plan, system)]


def assistant(plan: Plan, place: Installation, system: Mapping[str, str], served: Served | None) -> list[Part]:
    """What stands behind the gateway: the store, the actions, Rasa; as many of them as are ours."""
    parts: list[Part] = []
    if plan.valkey_port is not None:
        parts.append(valkey(plan.valkey_port, plan.secrets.valkey_password, place.valkey, system))
    if plan.rasa_port is not None and plan.action_port is not None and served is not None:
        parts += [actions(plan, plan.action_port, system), rasa(plan, plan.rasa_port, system, served)]
    return parts


def valkey(port: int, password: str, folder: Path, system: Mapping[str, str]) -> Part:
    """The embedded server: loopback, append-only file. Its password is in a file, not in the process list."""
    config = folder / "valkey.conf"
    write_private_text(
        config,
        f'port {port}\nbind 127.0.0.1\ndir "{folder}"\nrequirepass {password}\nappendonly yes\nappendfsync everysec\nsave ""\n'
        "hash-max-listpack-value 2048\n",  # a record of a message is one small block (docs/capacity.md)
    )
    return Part(
        name="valkey",
        command=(str(server_binary()), str(config)),
        ready=valkey_ok(port, password),
        env=part_env(system, {}),
        port=port,
        start_seconds=60,
    )


def actions(plan: Plan, port: int, system: Mapping[str, str]) -> Part:
    """The action server with the business's actions. It knows the business's database and no vendor."""
    own = {"SANIC_HOST": "127.0.0.1", "ACTION_PORT": str(port), "DATABASE_URL": plan.settings.database_url}
    own["ACTION_TOKEN"] = plan.settings.action_token
    own["PUBLIC_URL"] = plan.settings.public_url
    if plan.settings.second_factor is not None:
        own["SECOND_FACTOR_TOKEN"] = plan.settings.second_factor.token
    if plan.settings.llm is not None:
        own |= plan.settings.llm.environ()
    return Part(
        name="actions",
        command=(sys.executable, "-m", "actions"),
        ready=http_ok("127.0.0.1", port, "/health"),
        env=part_env(system, own | {"LOG_LEVEL": plan.settings.log_level}),
        port=port,
    )


def rasa(plan: Plan, port: int, system: Mapping[str, str], served: Served) -> Part:
    """Rasa on loopback, its HTTP API closed by a token. It knows no vendor's secret."""
    token = plan.settings.rasa_token
    own = {
        "RASA_TOKEN": token,
        "AUTH_TOKEN": token,  # Rasa's own name for the token of its HTTP API
        "REDIS_URL": plan.settings.redis_url,
        "RECORDS_URL": plan.settings.records_url,
        "ACTION_SERVER_URL": f"http://127.0.0.1:{plan.action_port}/webhook",
        "ACTION_TOKEN": plan.settings.action_token,
        "RASA_TELEMETRY_ENABLED": "false",
        "LOG_LEVEL": plan.settings.log_level,
    }
    run = ("rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port), "--model", str(served.model))
    files = ("--endpoints", "endpoints.yml", "--credentials", "credentials.yml")
    return Part(
        name="rasa",
        command=(str(served.python), "-m", "bot.rasa_side.patches.compat", *run, *files),
        ready=http_ok("127.0.0.1", port, f"/status?token={quote(token, safe='')}"),
        env=part_env(system, own),
        needs=_store(plan),
        port=port,
        start_seconds=180,
    )


def gateway(plan: Plan, system: Mapping[str, str]) -> Part:
    """The one process that meets the world, and the only one that knows the vendors' secrets."""
    settings = plan.settings
    return Part(
        name="gateway",
        command=(sys.executable, "-m", "gateway"),
        ready=http_ok(plan.internal_host, settings.internal_port, "/health"),
        env=part_env(system, plan.gateway_env),
        needs=_store(plan),
        port=settings.public_port,
        stop_seconds=DRAIN + 2,
    )


def _store(plan: Plan) -> tuple[str, ...]:
    return ("valkey",) if plan.valkey_port is not None else ()
