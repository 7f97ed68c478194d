"""Every setting of an installation: read once from an environment mapping, checked, and frozen.

The launcher (``python -m launch``) fills what a person did not set and checks the result with this
same code before it starts anything. Each wrong value is one sentence that names the variable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from bot.model.phone_numbers import country
from bot.ports.hours import Hours
from connectors.visitors import Proxies
from desk.factors.provider import BACK, OpenId
from gateway.settings.kinds import ConfigError, in_url, is_loopback
from gateway.settings.other_desks import OtherDesks
from gateway.settings.softphone import SoftphoneSettings
from gateway.settings.together import contradictions
from gateway.settings.variables import VARIABLES, Variable, Variables
from gateway.settings.voice_modes import VoiceModes
from language_model.endpoint import Endpoint
from records.sql import default_url
from voice.agents.line_settings import LineSettings

ONE_ADDRESS = (
    "PUBLIC_URL is https and TRUSTED_PROXIES is not set: all visitors behind the proxy count as one, and will be refused because "
    "of each other. Set TRUSTED_PROXIES to the proxy's address (docs/install.md)."
)
"""Said at the start, in the log and by health."""

OTHER_PARTITIONS = (
    "PARTITIONS is {asked}, but this store has {count} partitions and keeps them: `make partitions N={asked}` changes that "
    "while everything runs (docs/runbook.md)."
)
"""The same; the setting counts for a new store only."""


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
    Rasa server; ``rasa_url`` is the first. ``action_token`` is for Rasa and the action server alone.
    """

    VARIABLES: ClassVar[tuple[Variable, ...]] = VARIABLES

    public_host: str
    public_port: int
    public_url: str
    internal_host: str
    internal_port: int
    internal_api_token: str = field(repr=False)
    redis_url: str = field(repr=False)
    partitions: int | None
    """None: not set."""
    rasa_url: str
    rasa_urls: tuple[str, ...]
    rasa_token: str = field(repr=False)
    action_token: str = field(repr=False)
    twilio: TwilioSettings | None
    voice_modes: VoiceModes
    line: LineSettings
    agent_grace: timedelta
    messenger: MessengerSettings | None
    second_factor: SecondFactorSettings | None
    desk_url: str
    """Empty: not set."""
    openid: OpenId | None
    action_server_url: str | None
    web_identity_secrets: tuple[str, ...] = field(repr=False)
    verify: VerifySettings | None
    code_countries: frozenset[str] | None
    codes_per_hour: int
    softphone: SoftphoneSettings | None
    caller_attestation: str
    simulated: bool
    database_url: str = field(repr=False)
    records_url: str = field(repr=False)
    recording: bool
    record_every: timedelta
    retention_hour: int | None
    cool_after: timedelta
    cold_after: timedelta
    home: Path
    turn_deadline: float
    llm: Endpoint | None
    other_desks: OtherDesks
    chat_origins: tuple[str, ...]
    trusted_proxies: Proxies
    log_level: str
    otlp_endpoint: str | None

    @property
    def visitors_share_one_address(self) -> bool:
        """A proxy must be in front (nobody else speaks https to us), and none is named: all its visitors would be one."""
        return self.public_url.startswith("https:") and not self.trusted_proxies.networks

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Read and check ``env`` (an empty value counts as not set). Raises ConfigError with a sentence for each that is wrong:
        values by themselves first, then what does not go together."""
        read = Variables.read(env)
        if wrong := tuple(contradictions(read)):
            raise ConfigError(*wrong)
        return cls(
            public_host=read.public_host,
            public_port=read.public_port,
            public_url=read.public_url or _local_url(read.public_host, read.public_port),
            internal_host=read.internal_host,
            internal_port=read.internal_port,
            internal_api_token=read.internal_api_token,
            redis_url=read.redis_url,
            partitions=read.partitions,
            rasa_url=read.rasa_url[0],
            rasa_urls=read.rasa_url,
            rasa_token=read.rasa_token,
            action_token=read.action_token,
            twilio=_twilio(read),
            line=_line(read),
            agent_grace=timedelta(minutes=read.agent_grace),
            voice_modes=read.voice_mode,
            messenger=_messenger(read),
            second_factor=_second_factor(read),
            desk_url=read.desk_url,
            openid=_openid(read),
            action_server_url=read.action_server_url or None,
            web_identity_secrets=read.web_identity_secret,
            verify=_verify(read),
            code_countries=_code_countries(read),
            codes_per_hour=read.codes_per_hour,
            softphone=SoftphoneSettings.of(read),
            caller_attestation=read.caller_attestation,
            simulated=read.simulator,
            database_url=read.database_url or f"sqlite:///{read.onethread_home / 'bank.sqlite'}",
            records_url=read.records_url or default_url(read.onethread_home),
            recording=read.recording,
            record_every=timedelta(seconds=read.record_every_seconds),
            retention_hour=read.retention_hour,
            cool_after=timedelta(minutes=read.cool_after_minutes),
            cold_after=timedelta(days=read.cold_after_days),
            home=read.onethread_home,
            turn_deadline=read.turn_deadline_seconds,
            llm=_llm(read),
            other_desks=OtherDesks.of(read),
            chat_origins=read.chat_origins,
            trusted_proxies=read.trusted_proxies,
            log_level=read.log_level,
            otlp_endpoint=read.otel_exporter_otlp_endpoint or None,
        )


def _local_url(host: str, port: int) -> str:
    return f"http://{in_url(host) if is_loopback(host) else '127.0.0.1'}:{port}"


def _twilio(read: Variables) -> TwilioSettings | None:
    if not read.twilio_account_sid:
        return None
    return TwilioSettings(
        account_sid=read.twilio_account_sid,
        auth_tokens=read.twilio_auth_token,
        sms_number=read.twilio_sms_number,
        voice_number=read.twilio_voice_number,
        api_url=read.twilio_api_url,
    )


def _messenger(read: Variables) -> MessengerSettings | None:
    if not read.messenger_app_secret:
        return None
    return MessengerSettings(
        app_secret=read.messenger_app_secret,
        verify_token=read.messenger_verify_token,
        page_token=read.messenger_page_token,
        page_id=read.messenger_page_id or None,
        api_url=read.messenger_api_url,
    )


def _verify(read: Variables) -> VerifySettings | None:
    if not read.twilio_verify_service:
        return None
    return VerifySettings(read.twilio_verify_service, read.twilio_verify_url, read.twilio_verify_fallback)


def _second_factor(read: Variables) -> SecondFactorSettings | None:
    return SecondFactorSettings(read.second_factor_url, read.second_factor_token) if read.second_factor_url else None


def _openid(read: Variables) -> OpenId | None:
    if not read.oidc_issuer:
        return None
    named, back = (read.oidc_issuer, read.oidc_client_id, read.oidc_client_secret), read.desk_url + BACK
    return OpenId(*named, claim=read.oidc_claim, roles=read.oidc_roles, back=back)


def _llm(read: Variables) -> Endpoint | None:
    return Endpoint(read.llm_url, read.llm_model, read.llm_key, read.llm_timeout_ms / 1000) if read.llm_url else None


def _code_countries(read: Variables) -> frozenset[str] | None:
    """None: all of them."""
    if read.code_countries is not None:
        return read.code_countries or None
    own = country(read.twilio_sms_number) if read.twilio_sms_number else ""
    return frozenset({own}) if own and own.isalpha() else None


def _line(read: Variables) -> LineSettings:
    return LineSettings(
        Hours.parse(read.business_hours, read.business_timezone),
        read.queue_limit,
        read.hold_music,
        record_calls=read.record_calls,
        summary_sms=read.summary_sms,
        effort_question=read.effort_question,
        supervisors=read.supervisors,
        call_hours=Hours.parse(read.call_hours, read.business_timezone),
        callback_tries=read.callback_tries,
        callback_minutes=read.callback_minutes,
    )
