"""The bank's records on a real PostgreSQL server, as an operator would run them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from actions.bank import Activation, Bank, engine_for
from tests.conftest import free_port

pytestmark = pytest.mark.slow
TODAY = date(2026, 11, 23)


def server_folder() -> Path:
    """Where PostgreSQL's own programs are (Debian keeps them off the PATH)."""
    found = shutil.which("initdb")
    return Path(found).parent if found else max(Path("/usr/lib/postgresql").glob("*/bin"))


def not_root() -> dict[str, int]:
    """PostgreSQL refuses to run as root: Debian's own user runs it then."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid}


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A server of this test alone, on loopback. Gives its URL."""
    programs, port = server_folder(), free_port()
    with tempfile.TemporaryDirectory() as made:
        data = Path(made) / "data"
        if os.geteuid() == 0:
            shutil.chown(made, "postgres", "postgres")
        make = [programs / "initdb", "-D", data, "-U", "bank", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(make, check=True, capture_output=True, cwd="/", **not_root())
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {made} -F"
        control = [programs / "pg_ctl", "-D", data, "-o", options, "-l", f"{made}/log", "-w"]
        subprocess.run([*control, "start"], check=True, capture_output=True, cwd="/", **not_root())
        try:
            yield f"postgresql+psycopg://bank@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd="/", **not_root())


@contextmanager
def bank_on(url: str) -> Iterator[Bank]:
    engine = engine_for(url)
    try:
        yield Bank(engine, today=lambda: TODAY)
    finally:
        engine.dispose()


def test_the_bank_is_made_seeded_read_and_changed(postgres: str) -> None:
    with bank_on(postgres) as bank:
        assert bank.activate("Ben Carter", "1881", None) is Activation.ACTIVATED
    with bank_on(postgres) as again:
        assert again.activate("ben carter", "1881", None) is Activation.ALREADY


def test_a_server_that_is_away_is_an_error_within_seconds_not_a_hang() -> None:
    with (
        bank_on(f"postgresql+psycopg://bank@127.0.0.1:{free_port()}/postgres") as bank,
        pytest.raises(OperationalError),
    ):
        bank.activate("Ben Carter", "1881", None)
