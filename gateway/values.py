"""How one value of the environment is read: each kind has its form, and a sentence when it is wrong."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Mapping, Sequence
from urllib.parse import SplitResult, urlsplit

from bot.redis_base import CLUSTER, SCHEMES, SENTINEL, BadRedisUrl, check_url
from gateway.variables import Variable

E164 = re.compile(r"\+[1-9]\d{6,14}")
"""https://www.itu.int/rec/T-REC-E.164: a plus sign and at most fifteen digits."""


class ConfigError(Exception):
    """A setting is wrong or missing; the message is one sentence for a person and names the variable.

    It never holds the value of a secret.
    """


class Reader:
    """Typed access to the declared variables of one environment. Every method raises ConfigError."""

    def __init__(self, env: Mapping[str, str], variables: Sequence[Variable]) -> None:
        self._env = env
        self._variables = {variable.name: variable for variable in variables}

    def optional(self, name: str) -> str | None:
        """The value without surrounding space, its default, or None."""
        value = self._env.get(name, "").strip()
        if any(ord(character) < 32 for character in value):
            raise ConfigError(f"{name} has a line break or another control character in it: write it on one line.")
        return value or self._variables[name].default

    def text(self, name: str) -> str:
        """The value; it must be there."""
        value = self.optional(name)
        if value is None:
            raise ConfigError(f"{name} is missing: {self._variables[name].explanation}")
        return value

    def all_or_none(self, names: Sequence[str]) -> bool:
        """Whether all of these are set; some without the others is an error that names the first missing."""
        present = [name for name in names if self.optional(name) is not None]
        missing = [name for name in names if name not in present]
        if present and missing:
            raise ConfigError(f"{missing[0]} is missing, and {present[0]} is set: {self._variables[missing[0]].explanation}")
        return bool(present)

    def secret(self, name: str, least: int) -> str:
        """A printable secret of at least ``least`` characters."""
        return _strong(name, self.text(name), least)

    def secrets(self, name: str, least: int) -> tuple[str, ...]:
        """Several secrets, separated by commas."""
        return tuple(_strong(name, part.strip(), least) for part in self.text(name).split(","))

    def port(self, name: str) -> int:
        """A TCP port, 1 to 65535."""
        text = self.text(name)
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535):
            raise ConfigError(f"{name} is {text[:40]!r}: it must be a port, 1 to 65535.")
        return int(text)

    def seconds(self, name: str, least: float, most: float) -> float:
        """A number of seconds within limits."""
        text = self.text(name)
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise ConfigError(f"{name} is {text[:40]!r}: it must be a number of seconds, {least:g} to {most:g}.")
        return value

    def matching(self, name: str, pattern: str, form: str) -> str:
        """A value of a given form, which ``form`` says in words."""
        text = self.text(name)
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ConfigError(f"{name} must be {form}.")
        return text

    def number(self, name: str) -> str:
        """A telephone number in E.164."""
        return self.matching(name, E164.pattern, "a telephone number in E.164, such as +12025550100")

    def one_of(self, name: str, choices: Sequence[str]) -> str:
        """One of some words, in any case; gives the upper-case word."""
        text = self.text(name)
        if text.upper() not in choices:
            known = ", ".join(choice.lower() for choice in choices)
            raise ConfigError(f"{name} is {text[:40]!r}: it must be one of {known}.")
        return text.upper()

    def host(self, name: str) -> str:
        """A host name or address to bind."""
        return self.matching(name, r"[0-9A-Za-z:.%-]{1,253}", "a host name or an IP address")

    def url(self, name: str, schemes: Sequence[str]) -> str:
        """A URL of one of the schemes; may hold a password, so it is never shown."""
        text = self.text(name)
        parts = split_url(name, text)
        if parts.scheme not in schemes or not (parts.hostname or parts.path):
            raise ConfigError(f"{name} must be a URL that begins with {' or '.join(scheme + '://' for scheme in schemes)}.")
        return text

    def redis_url(self, name: str) -> str:
        """The address of a server, of Sentinels, or of a Cluster (``bot.redis_base``); never shown."""
        text = self.text(name)
        if text.startswith((f"{SENTINEL}://", f"{CLUSTER}://")):
            try:
                check_url(text)
            except BadRedisUrl as error:
                raise ConfigError(str(error)) from None
            return text
        return self.url(name, SCHEMES)

    def base_urls(self, name: str) -> tuple[str, ...]:
        """One or more base addresses, separated by commas."""
        given = self._env
        items = [item.strip() for item in self.text(name).split(",")]
        found = tuple(Reader({**given, name: item}, tuple(self._variables.values())).base_url(name) for item in items if item)
        if len(found) != len(items) or len(set(found)) != len(found):
            raise ConfigError(f"{name} must list different addresses, separated by commas.")
        return found

    def base_url(self, name: str, *, path: bool = True) -> str:
        """An http(s) URL without user, query or trailing slash; ``path``: whether it may have a path."""
        text = self.text(name)
        parts = split_url(name, text)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"{name} must be a URL such as https://bank.example.")
        if parts.username is not None or parts.password is not None:
            raise ConfigError(f"{name} must not hold a user name or password.")
        if "?" in text or "#" in text or text.endswith("/") or (parts.path and not path):
            raise ConfigError(f"{name} must end after its {'path' if path else 'host and port'}: no query, no trailing slash.")
        return text


def _strong(name: str, value: str, least: int) -> str:
    if len(value) < least:
        raise ConfigError(f"{name} is too short: a secret of at least {least} characters is needed.")
    if not value.isascii() or " " in value:
        raise ConfigError(f"{name} has a space or a letter beyond ASCII in it: it cannot be sent as a header.")
    return value


def split_url(name: str, text: str) -> SplitResult:
    """The URL's parts, its port checked."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise ConfigError(f"{name} is not a URL.") from None
    if re.search(r"\s", text):
        raise ConfigError(f"{name} has a space in it.")
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def loopback_url(url: str) -> bool:
    """Whether a URL names this machine."""
    return is_loopback(urlsplit(url).hostname or "")


def origins(name: str, text: str) -> tuple[str, ...]:
    """A comma list of web origins: scheme, host and port only (RFC 6454), in lower case."""
    found = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        parts = split_url(name, item)
        if parts.scheme not in ("http", "https") or not parts.netloc or f"{parts.scheme}://{parts.netloc}" != item or "@" in item:
            raise ConfigError(f"{name} must list origins such as https://www.bank.example, separated by commas.")
        found.append(item.lower())
    return tuple(found)
