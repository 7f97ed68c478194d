"""One installation's folder: its secrets, data and logs, readable by its owner only."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import IO, Any


class StartError(Exception):
    """The start cannot go on; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is generated once per installation. The ``simulated_`` ones stand for vendors' secrets in the simulator."""

    rasa_token: str = field(repr=False)
    internal_api_token: str = field(repr=False)
    valkey_password: str = field(repr=False)
    simulated_account_sid: str = field(repr=False)
    simulated_auth_token: str = field(repr=False)
    simulated_app_secret: str = field(repr=False)
    simulated_verify_token: str = field(repr=False)
    simulated_page_token: str = field(repr=False)
    simulated_api_key_sid: str = field(repr=False)
    simulated_api_key_secret: str = field(repr=False)

    @classmethod
    def generate(cls) -> Secrets:
        """New ones, 128 bits or more each."""
        made = {item.name: secrets.token_hex(32) for item in fields(cls)}
        sids = {"simulated_account_sid": "AC" + secrets.token_hex(16), "simulated_api_key_sid": "SK" + secrets.token_hex(16)}
        return cls(**made | sids)


@dataclass(frozen=True, slots=True)
class Installation:
    """The folder ``ONETHREAD_HOME``. ``open`` makes it; only one launcher may hold its ``lock``."""

    home: Path

    @classmethod
    def open(cls, home: Path) -> Installation:
        """Make the folder, mode 0700. Raises StartError."""
        place = cls(home.absolute())
        try:
            for folder in (place.home, place.logs, place.valkey, place.models):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                folder.chmod(0o700)
        except OSError as error:
            raise StartError(f"ONETHREAD_HOME {home} cannot be used: {error.strerror}.") from None
        return place

    @property
    def logs(self) -> Path:
        """One file per part."""
        return self.home / "logs"

    @property
    def valkey(self) -> Path:
        """The embedded Valkey's append-only file and configuration."""
        return self.home / "valkey"

    @property
    def models(self) -> Path:
        """The published model: this installation's own file, which no training touches."""
        return self.home / "models"

    @property
    def published(self) -> Path:
        """Which of them is served (JSON)."""
        return self.home / "published.json"

    @property
    def running(self) -> Path:
        """What runs now: processes, ports, addresses (JSON); only there while it runs."""
        return self.home / "running.json"

    @property
    def first_agent(self) -> Path:
        """Written by the gateway when it made the first agent: ``{"username", "password"}``."""
        return self.home / "first-agent.json"

    def lock(self) -> IO[str]:
        """Hold this installation until the file is closed. Raises StartError when another launcher has it."""
        file = (self.home / "lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise StartError(f"Onethread already runs from {self.home}: stop it first, or set ONETHREAD_HOME.") from None
        return file

    def secrets(self) -> Secrets:
        """This installation's secrets; what is missing is generated. Raises StartError when the file is damaged."""
        path = self.home / "secrets.json"
        kept: dict[str, str] = {}
        if path.exists():
            try:
                kept = json.loads(path.read_text())
                known = {name: str(kept[name]) for name in asdict(Secrets.generate()) if kept.get(name)}
            except (ValueError, TypeError, AttributeError):
                raise StartError(f"{path} is damaged: restore it, or delete it and new secrets are made.") from None
            kept = known
        whole = asdict(Secrets.generate()) | kept
        write_private(path, whole)
        return Secrets(**whole)


def write_private(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON with mode 0600; readers see the old file or the new one, never half."""
    write_private_text(path, json.dumps(content, indent=2) + "\n")


def write_private_text(path: Path, text: str) -> None:
    """Write text with mode 0600, whole or not at all."""
    half = path.with_name(path.name + ".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    half.replace(path)
