"""How one value of the environment is read: each kind has its form, and a sentence when it is wrong.

Every reader takes the text and gives the value, or raises ValueError with the end of a sentence that begins with the
variable's name: ``must be a port, 1 to 65535.``
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from bot.redis_store.client.base import CLUSTER, SCHEMES, SENTINEL, check_url
from connectors.visitors import Proxies
from desk.accounts.roles import Role

T = TypeVar("T")

E164 = re.compile(r"\+[1-9]\d{6,14}")
"""https://www.itu.int/rec/T-REC-E.164: a plus sign and at most fifteen digits."""


class ConfigError(Exception):
    """Settings are wrong or missing; each argument is one sentence for a person and names the variable.

    None holds the value of a secret.
    """

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))


def sentence(name: str, error: object) -> str:
    """What a reader found wrong, for a person."""
    text = str(error)
    return f"{name}{'' if text.startswith(':') else ' '}{text}"


def checked(name: str, text: str, read: Callable[[str], T]) -> T:
    """One value by itself. Raises ConfigError."""
    try:
        return read(text)
    except ValueError as error:
        raise ConfigError(sentence(name, error)) from None


def one_line(text: str) -> str:
    """The value without surrounding space."""
    if any(ord(character) < 32 for character in text.strip()):
        raise ValueError("has a line break or another control character in it: write it on one line.")
    return text.strip()


def secret(least: int) -> Callable[[str], str]:
    """A printable secret of at least ``least`` characters."""

    def read(text: str) -> str:
        if len(text) < least:
            raise ValueError(f"is too short: a secret of at least {least} characters is needed.")
        if not text.isascii() or " " in text:
            raise ValueError("has a space or a letter beyond ASCII in it: it cannot be sent as a header.")
        return text

    return read


def secrets(least: int) -> Callable[[str], tuple[str, ...]]:
    """Several secrets, separated by commas."""
    read = secret(least)
    return lambda text: tuple(read(part.strip()) for part in text.split(","))


def port(text: str) -> int:
    """A TCP port."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535):
        raise ValueError(f"is {text[:40]!r}: it must be a port, 1 to 65535.")
    return int(text)


def seconds(least: float, most: float) -> Callable[[str], float]:
    """A number of seconds within limits."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise ValueError(f"is {text[:40]!r}: it must be a number of seconds, {least:g} to {most:g}.")
        return value

    return read


def matching(pattern: str, form: str) -> Callable[[str], str]:
    """A value of a given form, which ``form`` says in words."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(f"must be {form}.")
        return text

    return read


def count(pattern: str, form: str) -> Callable[[str], int]:
    """The same for a whole number."""
    read = matching(pattern, form)
    return lambda text: int(read(text))


number = matching(E164.pattern, "a telephone number in E.164, such as +12025550100")
host = matching(r"[0-9A-Za-z:.%-]{1,253}", "a host name or an IP address")


def one_of(*choices: str) -> Callable[[str], str]:
    """One of some words, in any case; gives the upper-case word."""

    def read(text: str) -> str:
        if text.upper() not in choices:
            raise ValueError(f"is {text[:40]!r}: it must be one of {', '.join(choice.lower() for choice in choices)}.")
        return text.upper()

    return read


def switch(text: str) -> bool:
    """``on`` or ``off``."""
    return one_of("ON", "OFF")(text) == "ON"


def proxies(text: str) -> Proxies:
    """Addresses and networks of proxies, separated by commas."""
    try:
        return Proxies.parse(text)
    except ValueError:
        raise ValueError(
            "must list the addresses or networks of your own proxies, such as 127.0.0.1, 10.0.0.0/8: "
            "no names, no ports, and not everybody."
        ) from None


def redis_url(text: str) -> str:
    """The address of a server, of Sentinels, or of a Cluster (``bot.redis_store.client.base``); may hold a password."""
    if text.startswith((f"{SENTINEL}://", f"{CLUSTER}://")):
        try:
            check_url(text)
        except ValueError as error:
            raise ValueError(str(error).removeprefix("REDIS_URL ")) from None
        return text
    parts = split_url(text)
    if parts.scheme not in SCHEMES or not (parts.hostname or parts.path):
        raise ValueError(f"must be a URL that begins with {' or '.join(scheme + '://' for scheme in SCHEMES)}.")
    return text


def base_url(text: str, *, path: bool = True) -> str:
    """An http(s) URL without user, query or trailing slash; ``path``: whether it may have a path."""
    parts = split_url(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a URL such as https://bank.example.")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user name or password.")
    if "?" in text or "#" in text or text.endswith("/") or (parts.path and not path):
        raise ValueError(f"must end after its {'path' if path else 'host and port'}: no query, no trailing slash.")
    return text


def base_urls(text: str) -> tuple[str, ...]:
    """One or more base addresses, separated by commas."""
    items = [item.strip() for item in text.split(",")]
    if not all(items) or len(set(items)) != len(items):
        raise ValueError("must list different addresses, separated by commas.")
    return tuple(map(base_url, items))


def public_url(text: str) -> str:
    """What vendors were told; signatures are computed over it, so its form is exact."""
    base_url(text, path=False)
    if text.startswith("http:") and not loopback_url(text):
        raise ValueError("may be plain http only on this machine (127.0.0.1, localhost): use https.")
    return text


def second_factor_url(text: str) -> str:
    """Where PINs are sent."""
    base_url(text)
    if text.startswith("http:") and not loopback_url(text):
        raise ValueError("may be plain http only on this machine: PINs travel in it, so use https.")
    return text


def desk_url(text: str) -> str:
    """Where browsers open the desk: host and port."""
    return desk_url_with_path(base_url(text, path=False))


def desk_url_with_path(text: str) -> str:
    """What passwords, codes and tokens travel to."""
    base_url(text)
    if text.startswith("http:") and not loopback_url(text):
        raise ValueError("may be plain http only on this machine: people sign in there, so use https.")
    return text


def group_roles(text: str) -> tuple[tuple[str, str], ...]:
    """``group=role`` by commas, in their order."""
    pairs = [part.strip().rpartition("=") for part in text.split(",") if part.strip()]
    if wrong := next((role for group, _, role in pairs if not group or role not in set(Role)), None):
        raise ValueError(f"must be group=role by commas, a role one of {', '.join(Role)}; {wrong[:40]!r} is none.")
    return tuple((group, role) for group, _, role in pairs)


def origins(text: str) -> tuple[str, ...]:
    """A comma list of web origins: scheme, host and port only (RFC 6454), in lower case."""
    found = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        parts = split_url(item)
        if parts.scheme not in ("http", "https") or not parts.netloc or f"{parts.scheme}://{parts.netloc}" != item or "@" in item:
            raise ValueError("must list origins such as https://www.bank.example, separated by commas.")
        found.append(item.lower())
    return tuple(found)


def names(pattern: str, form: str) -> Callable[[str], frozenset[str]]:
    """A comma list of names of a given form."""

    def read(text: str) -> frozenset[str]:
        found: Sequence[str] = [name.strip() for name in text.split(",") if name.strip()]
        if wrong := next((name for name in found if not re.fullmatch(pattern, name)), None):
            raise ValueError(f"has {wrong[:40]!r}: it must list {form}, separated by commas.")
        return frozenset(found)

    return read


def split_url(text: str) -> SplitResult:
    """The URL's parts, its port checked."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise ValueError("is not a URL.") from None
    if re.search(r"\s", text):
        raise ValueError("has a space in it.")
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def in_url(host: str) -> str:
    """The host as it stands in an address: one of IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def loopback_url(url: str) -> bool:
    """Whether a URL names this machine."""
    return is_loopback(urlsplit(url).hostname or "")
