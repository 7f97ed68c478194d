"""Kinds of values that only one variable has: hours, countries, the sound of waiting, the address of a script."""

from __future__ import annotations

import ipaddress
import re

from bot.model.phone_numbers import countries
from bot.ports.hours import BadHours, Hours
from gateway.settings.kinds import base_url, count, loopback_url, split_url
from records.errors import RecordsRefused
from records.sql.engine import url_of

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?", re.ASCII)
_SDK_PATH = re.compile(r"/[A-Za-z0-9@/._~+-]+", re.ASCII)
"""What may stand in a Content-Security-Policy without being escaped."""
_INTEGRITY = re.compile(r"sha(256|384|512)-[A-Za-z0-9+/]{43,86}={0,2}", re.ASCII)
"""https://www.w3.org/TR/sri-2/"""


def hours(text: str) -> str:
    """``Mon-Fri 09:00-17:00, Sat 10:00-14:00``; its time zone is another variable."""
    return _hours(text, "UTC", text)


def timezone(text: str) -> str:
    """A name of the IANA database."""
    return _hours("", text, text)


def _hours(text: str, zone: str, value: str) -> str:
    try:
        Hours.parse(text, zone)
    except BadHours as error:
        raise ValueError(f": {error}.") from None
    return value


def code_countries(text: str) -> frozenset[str]:
    """Countries by their letters (ISO 3166); empty for ``all``."""
    if text.lower() == "all":
        return frozenset()
    found = frozenset(part.strip().upper() for part in text.split(","))
    if unknown := sorted(found - countries()):
        raise ValueError(f"has {unknown[0][:20]!r}: it must list countries such as US, CA, or be all.")
    return found


def llm_url(text: str) -> str:
    """Where customers' words, masked, and the key are sent: plain http within one's own network only."""
    host = split_url(base_url(text)).hostname or ""
    if text.startswith("http:") and not (loopback_url(text) or "." not in host.rstrip(".") or _private(host)):
        raise ValueError("may be plain http only within your own network: customers' words travel in it, so use https.")
    return text


def _private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def llm_timeout(text: str) -> int:
    """Milliseconds."""
    form = "milliseconds, 100 to 10000"
    value = count(r"\d{3,5}", form)(text)
    if not 100 <= value <= 10000:
        raise ValueError(f"must be {form}.")
    return value


def hour(text: str) -> int | None:
    """An hour of the day; None for ``off``."""
    if text.lower() == "off":
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= 23):
        raise ValueError(f"is {text[:40]!r}: it must be an hour of the day, 0 to 23, or off.")
    return int(text)


def records_url(text: str) -> str:
    """As the records read it."""
    try:
        url_of(text)
    except RecordsRefused as error:
        raise ValueError(str(error).removeprefix("RECORDS_URL ") + ".") from None
    return text


def hold_music(text: str) -> str:
    """The address of a sound file, or ``off``."""
    return "off" if text.lower() == "off" else base_url(text)


def sdk_url(text: str) -> tuple[str, str]:
    """The address of a script, and the hash that it must have (or empty)."""
    url, _, integrity = text.partition("#")
    parts = split_url(url)
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc):
        raise ValueError("must be the address of a script, such as https://static.bank.example/twilio.min.js.")
    if parts.scheme == "http" and not loopback_url(url):
        raise ValueError("may be plain http only on this machine: the script runs on the agents' desk, so use https.")
    if parts.query or not _SDK_PATH.fullmatch(parts.path):
        raise ValueError("must have a path of plain letters, figures and @/._~+- and no query.")
    if integrity and not _INTEGRITY.fullmatch(integrity):
        raise ValueError("may end with # and the script's hash, such as #sha384-..., and with nothing else.")
    return url, integrity
