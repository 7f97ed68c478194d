"""What a person reads once everything runs: every address, and who signs in. No secret stands on a command line."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from launch.banner import banner
from launch.install.environment import plan
from launch.install.installation import Installation, write_private
from launch.processes.parts import Served, parts_with


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    return Installation.open(tmp_path / "home")


def test_it_names_every_address_and_the_first_agent_while_nobody_has_signed_in(place: Installation) -> None:
    write_private(place.first_agent, {"username": "agent", "password": "four-plain-words"})
    said = banner(plan({}, place).settings, "127.0.0.1", place)
    rows = {line[2:14].strip(): line[15:] for line in said.splitlines() if line.startswith("  ") and line[14:15] == " "}
    assert rows["Web chat"] == "http://127.0.0.1:8080/"
    assert rows["Simulator"].startswith("http://127.0.0.1:8081/simulator ")
    assert (rows["Desk"], rows["Health"]) == ("http://127.0.0.1:8081/desk", "http://127.0.0.1:8081/health")
    assert rows["Sign in as"] == "agent   one-time password: four-plain-words"


def test_later_it_says_whose_password_it_is_and_what_to_do_when_it_is_lost(place: Installation) -> None:
    said = banner(plan({"SIMULATOR": "off"}, place).settings, "127.0.0.1", place)
    assert "/simulator" not in said and "make agent LIST=1" in said and "RESET=1" in said


def test_no_part_is_started_with_a_secret_on_its_command_line(place: Installation) -> None:
    """Everybody on the machine can read it there."""
    planned = plan({"REDIS_URL": "redis://:the-stores-password@store:6379/0"}, place)
    served = Served(Path("model.tar.gz"), Path("python"))
    parts = [*parts_with(planned, place, {}, served), *parts_with(plan({}, place), place, {}, served)]
    shown = " ".join(word for part in parts for word in part.command)
    secrets = ["the-stores-password", *asdict(planned.secrets).values()]
    assert len(parts) >= 6 and [secret for secret in secrets if secret in shown] == []
