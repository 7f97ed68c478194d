"""A PostgreSQL server of one's own on the loopback address: for tests and measurements, never for an installation's data."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from launch.install.installation import StartError

USER, PASSWORD = "boss", "pa55"
FORGETFUL = ("-F", "-c", "full_page_writes=off")
"""For tests: nothing waits for the disk."""
_NUMBERS = count()


def programs() -> Path:
    """The folder of PostgreSQL's own programs (Debian keeps them off the PATH). StartError with what to do without them."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        raise StartError(
            "PostgreSQL is missing: `launch/install/test_tools.sh postgresql` installs it (make bench and chaos do)."
        )
    return folders[-1]


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server whose data is in ``folder``. It refuses to run as root: Debian's own user runs it then."""

    folder: Path
    port: int
    options: tuple[str, ...] = ()
    programs: Path = field(default_factory=programs)

    @property
    def data(self) -> Path:
        """Where its data directory is."""
        return self.folder / "data"

    def make(self) -> None:
        """An empty cluster. Raises CalledProcessError."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        secret = self.folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._run("initdb", "-D", self.data, "-U", USER, "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8", "-N")

    def start(self) -> None:
        """Run it in the background. Raises CalledProcessError."""
        given = " ".join(self._given())
        self._run("pg_ctl", "-D", self.data, "-o", given, "-l", self.folder / "log", "-w", "start")

    def kill(self) -> None:
        """End one that ``start`` began, at once."""
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def command(self) -> tuple[str, ...]:
        """What runs it in the foreground, for who supervises it."""
        owner = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups") if os.geteuid() == 0 else ()
        return (*owner, str(self.programs / "postgres"), "-D", str(self.data), *self._given())

    def url(self, database: str = "postgres", password: str = PASSWORD) -> str:
        """The address of one of its databases."""
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def new(self) -> str:
        """A new, empty database's address."""
        name = f"t{next(_NUMBERS)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    async def answers(self) -> bool:
        """Whether it takes connections now."""
        try:
            async with await psycopg.AsyncConnection.connect(self.url(), connect_timeout=2):
                return True
        except psycopg.Error:
            return False

    def _given(self) -> tuple[str, ...]:
        return ("-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-k", str(self.folder), *self.options)

    def _run(self, program: str, *words: object) -> None:
        command = [str(self.programs / program), *map(str, words)]
        owner = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None
        group = pwd.getpwnam("postgres").pw_gid if os.geteuid() == 0 else None
        subprocess.run(command, check=True, capture_output=True, cwd="/", user=owner, group=group)


@contextmanager
def postgres(port: int, *options: str) -> Iterator[Postgres]:
    """One that runs, in a folder that is deleted at the end. Raises StartError, CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="onethread-postgres-") as made:
        server = Postgres(Path(made), port, options)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.kill()
