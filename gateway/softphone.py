"""The settings of the softphone: agents who answer calls in their browser (docs/desk.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gateway.values import ConfigError, Reader, loopback_url, split_url

HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?", re.ASCII)
SDK_PATH = re.compile(r"/[A-Za-z0-9@/._~+-]+", re.ASCII)
"""What may stand in a Content-Security-Policy without being escaped."""
INTEGRITY = re.compile(r"sha(256|384|512)-[A-Za-z0-9+/]{43,86}={0,2}", re.ASCII)
"""https://www.w3.org/TR/sri-2/"""

SOUNDS = ("https://media.twiliocdn.com", "https://sdk.twilio.com")
SIGNALLING = ("https://eventgw.twilio.com", "wss://voice-js.roaming.twilio.com", *SOUNDS)
"""What the SDK connects to: https://github.com/twilio/twilio-voice.js#content-security-policy-csp"""


@dataclass(frozen=True, slots=True)
class SoftphoneSettings:
    """An API key of the Twilio account, and where browsers load the SDK from. ``integrity``: a hash the script must have,
    or empty. ``signalling``: the origins that the SDK talks to; ``sounds``: where its ringing tones are."""

    key_sid: str
    key_secret: str = field(repr=False)
    sdk_url: str
    integrity: str
    signalling: tuple[str, ...]
    sounds: tuple[str, ...]


def softphone_settings(read: Reader, *, account: bool) -> SoftphoneSettings | None:
    """None when it is not configured; ``account``: Twilio itself is. Raises ConfigError."""
    if not read.all_or_none(("TWILIO_API_KEY_SID", "TWILIO_API_KEY_SECRET", "TWILIO_VOICE_SDK_URL")):
        return None
    if not account:
        raise ConfigError("TWILIO_API_KEY_SID is set without TWILIO_ACCOUNT_SID: it is a key of that account.")
    url, _, integrity = read.text("TWILIO_VOICE_SDK_URL").partition("#")
    _check(url, integrity)
    simulated = read.one_of("SIMULATOR", ("ON", "OFF")) == "ON"
    if simulated and not loopback_url(url):
        raise ConfigError("TWILIO_VOICE_SDK_URL must be on this machine while SIMULATOR is on: only its own script talks to it.")
    return SoftphoneSettings(
        key_sid=read.matching("TWILIO_API_KEY_SID", r"SK[0-9a-fA-F]{32}", "SK and 32 hexadecimal digits"),
        key_secret=read.secret("TWILIO_API_KEY_SECRET", 32),
        sdk_url=url,
        integrity=integrity,
        signalling=(f"ws://{urlsplit(url).netloc}",) if simulated else SIGNALLING,
        sounds=() if simulated else SOUNDS,
    )


def _check(url: str, integrity: str) -> None:
    name = "TWILIO_VOICE_SDK_URL"
    parts = split_url(name, url)
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(parts.netloc):
        raise ConfigError(f"{name} must be the address of a script, such as https://static.bank.example/twilio.min.js.")
    if parts.scheme == "http" and not loopback_url(url):
        raise ConfigError(f"{name} may be plain http only on this machine: the script runs on the agents' desk, so use https.")
    if parts.query or not SDK_PATH.fullmatch(parts.path):
        raise ConfigError(f"{name} must have a path of plain letters, figures and @/._~+- and no query.")
    if integrity and not INTEGRITY.fullmatch(integrity):
        raise ConfigError(f"{name} may end with # and the script's hash, such as #sha384-..., and with nothing else.")
