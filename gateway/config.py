"""Every setting of an installation: read once from an environment mapping, checked, and frozen.

The launcher (``python -m launch``) fills what a person did not set and checks the result with this
same code before it starts anything. A wrong value is one sentence that names the variable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from gateway.line import line_settings
from gateway.softphone import SoftphoneSettings, softphone_settings
from gateway.values import ConfigError, Reader, is_loopback, loopback_url, origins
from gateway.variables import VARIABLES, Variable
from gateway.voice_modes import VoiceModes
from voice.line_settings import LineSettings

FICTIONAL_NUMBER = re.compile(r"\+1[2-9]\d{2}55501\d{2}")
"""Numbers kept for fiction (555-0100 to 555-0199): the only ones the simulator may stand for."""

TWILIO_TIMEOUT = 15.0
"""Seconds after which Twilio gives up a webhook: https://www.twilio.com/docs/api/errors/11200"""


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """One Twilio account. ``auth_tokens``: the first signs our requests, all are accepted on theirs (rotation)."""

    account_sid: str
    auth_tokens: tuple[str, ...] = field(repr=False)
    sms_number: str
    voice_number: str
    api_url: str

    @property
    def auth_token(self) -> str:
        """The token we authenticate with."""
        return self.auth_tokens[0]


@dataclass(frozen=True, slots=True)
class MessengerSettings:
    """One Messenger page. ``page_id`` is only needed to tell several pages apart."""

    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    page_token: str = field(repr=False)
    page_id: str | None
    api_url: str


@dataclass(frozen=True, slots=True)
class VerifySettings:
    """Twilio Verify instead of codes of our own. ``fallback``: our own while it does not answer."""

    service: str
    api_url: str
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class SecondFactorSettings:
    """Where the business checks a PIN."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one gateway. ``twilio`` or ``messenger`` is None when that vendor is not configured:
    its channels are then off. ``simulated``: the built-in simulator stands in for both vendors. ``rasa_urls``: every
    Rasa server; ``rasa_url`` is the first.
    """

    VARIABLES: ClassVar[tuple[Variable, ...]] = VARIABLES

    public_host: str
    public_port: int
    public_url: str
    internal_host: str
    internal_port: int
    internal_api_token: str = field(repr=False)
    redis_url: str = field(repr=False)
    rasa_url: str
    rasa_urls: tuple[str, ...]
    rasa_token: str = field(repr=False)
    twilio: TwilioSettings | None
    voice_modes: VoiceModes
    line: LineSettings
    messenger: MessengerSettings | None
    second_factor: SecondFactorSettings | None
    action_server_url: str | None
    web_identity_secrets: tuple[str, ...] = field(repr=False)
    verify: VerifySettings | None
    softphone: SoftphoneSettings | None
    caller_attestation: str
    simulated: bool
    database_url: str = field(repr=False)
    home: Path
    turn_deadline: float
    chat_origins: tuple[str, ...]
    log_level: str
    otlp_endpoint: str | None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Read and check ``env`` (an empty value counts as not set). Raises ConfigError."""
        read = Reader(env, VARIABLES)
        public_port, internal_port = _ports(read)
        internal_host = read.host("INTERNAL_HOST")
        twilio, messenger = _twilio(read), _messenger(read)
        home, rasa_urls = Path(read.text("ONETHREAD_HOME")), read.base_urls("RASA_URL")
        return cls(
            public_host=read.host("PUBLIC_HOST"),
            public_port=public_port,
            public_url=_public_url(read, public_port),
            internal_host=internal_host,
            internal_port=internal_port,
            internal_api_token=read.secret("INTERNAL_API_TOKEN", 32),
            redis_url=read.redis_url("REDIS_URL"),
            rasa_url=rasa_urls[0],
            rasa_urls=rasa_urls,
            rasa_token=read.secret("RASA_TOKEN", 32),
            twilio=twilio,
            line=line_settings(read),
            voice_modes=VoiceModes.parse("VOICE_MODE", read.text("VOICE_MODE")),
            messenger=messenger,
            second_factor=_second_factor(read),
            action_server_url=read.base_url("ACTION_SERVER_URL") if read.optional("ACTION_SERVER_URL") else None,
            web_identity_secrets=read.secrets("WEB_IDENTITY_SECRET", 32) if read.optional("WEB_IDENTITY_SECRET") else (),
            verify=_verify(read, twilio),
            softphone=softphone_settings(read, account=twilio is not None),
            caller_attestation=read.one_of("CALLER_ATTESTATION", ("OFF", "A", "B", "C")),
            simulated=_simulated(read, twilio, messenger, internal_host),
            database_url=read.optional("DATABASE_URL") or f"sqlite:///{home / 'bank.sqlite'}",
            home=home,
            turn_deadline=read.seconds("TURN_DEADLINE_SECONDS", 1, TWILIO_TIMEOUT - 1),
            chat_origins=origins("CHAT_ORIGINS", read.optional("CHAT_ORIGINS") or ""),
            log_level=read.one_of("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR")),
            otlp_endpoint=read.base_url("OTEL_EXPORTER_OTLP_ENDPOINT") if read.optional("OTEL_EXPORTER_OTLP_ENDPOINT") else None,
        )


def _ports(read: Reader) -> tuple[int, int]:
    public, internal = read.port("PUBLIC_PORT"), read.port("INTERNAL_PORT")
    if public == internal:
        raise ConfigError(f"INTERNAL_PORT is {internal}, the same as PUBLIC_PORT: the two listeners need two ports.")
    return public, internal


def _public_url(read: Reader, port: int) -> str:
    """What vendors were told; signatures are computed over it, so its form is exact."""
    if read.optional("PUBLIC_URL") is None:
        return f"http://127.0.0.1:{port}"
    url = read.base_url("PUBLIC_URL", path=False)
    if url.startswith("http:") and not loopback_url(url):
        raise ConfigError("PUBLIC_URL may be plain http only on this machine (127.0.0.1, localhost): use https.")
    return url


def _twilio(read: Reader) -> TwilioSettings | None:
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_SMS_NUMBER", "TWILIO_VOICE_NUMBER")
    if not read.all_or_none(names):
        return None
    return TwilioSettings(
        account_sid=read.matching("TWILIO_ACCOUNT_SID", r"AC[0-9a-fA-F]{32}", "AC and 32 hexadecimal digits"),
        auth_tokens=read.secrets("TWILIO_AUTH_TOKEN", 16),
        sms_number=read.number("TWILIO_SMS_NUMBER"),
        voice_number=read.number("TWILIO_VOICE_NUMBER"),
        api_url=read.base_url("TWILIO_API_URL"),
    )


def _messenger(read: Reader) -> MessengerSettings | None:
    names = ("MESSENGER_APP_SECRET", "MESSENGER_VERIFY_TOKEN", "MESSENGER_PAGE_TOKEN")
    if not read.all_or_none(names):
        return None
    page_id = read.optional("MESSENGER_PAGE_ID")
    return MessengerSettings(
        app_secret=read.secret("MESSENGER_APP_SECRET", 16),
        verify_token=read.secret("MESSENGER_VERIFY_TOKEN", 16),
        page_token=read.secret("MESSENGER_PAGE_TOKEN", 16),
        page_id=page_id and read.matching("MESSENGER_PAGE_ID", r"\d{1,32}", "digits"),
        api_url=read.base_url("MESSENGER_API_URL"),
    )


def _verify(read: Reader, twilio: TwilioSettings | None) -> VerifySettings | None:
    if read.optional("TWILIO_VERIFY_SERVICE") is None:
        return None
    service = read.matching("TWILIO_VERIFY_SERVICE", r"VA[0-9a-fA-F]{32}", "VA and 32 hexadecimal digits")
    if twilio is None:
        raise ConfigError("TWILIO_VERIFY_SERVICE is set without TWILIO_ACCOUNT_SID: it is a part of that account.")
    url = read.base_url("TWILIO_VERIFY_URL")
    if loopback_url(twilio.api_url) != loopback_url(url):
        raise ConfigError("TWILIO_VERIFY_URL and TWILIO_API_URL must both be real or both be on this machine.")
    return VerifySettings(service, url, read.one_of("TWILIO_VERIFY_FALLBACK", ("ON", "OFF")) == "ON")


def _second_factor(read: Reader) -> SecondFactorSettings | None:
    if not read.all_or_none(("SECOND_FACTOR_URL", "SECOND_FACTOR_TOKEN")):
        return None
    url = read.base_url("SECOND_FACTOR_URL")
    if url.startswith("http:") and not loopback_url(url):
        raise ConfigError("SECOND_FACTOR_URL may be plain http only on this machine: PINs travel in it, so use https.")
    return SecondFactorSettings(url, read.secret("SECOND_FACTOR_TOKEN", 32))


def _simulated(read: Reader, twilio: TwilioSettings | None, messenger: MessengerSettings | None, host: str) -> bool:
    """Whether the simulator is on; refused wherever a real account or a stranger could meet it."""
    if read.one_of("SIMULATOR", ("ON", "OFF")) == "OFF":
        return False
    if twilio is None or messenger is None:
        raise ConfigError("SIMULATOR is on without its own credentials: start it with `make run`, which makes them.")
    for name, url in (("TWILIO_API_URL", twilio.api_url), ("MESSENGER_API_URL", messenger.api_url)):
        if not loopback_url(url):
            raise ConfigError(f"SIMULATOR is on but {name} names a real server: remove SIMULATOR or the credentials.")
    for name, number in (("TWILIO_SMS_NUMBER", twilio.sms_number), ("TWILIO_VOICE_NUMBER", twilio.voice_number)):
        if not FICTIONAL_NUMBER.fullmatch(number):
            raise ConfigError(f"SIMULATOR is on but {name} is a real number: remove SIMULATOR or the credentials.")
    if not is_loopback(host):
        raise ConfigError("INTERNAL_HOST must be loopback while SIMULATOR is on: whoever reaches it can speak as any customer.")
    return True
