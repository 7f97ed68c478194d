"""Every environment variable: its form, its default and what it is for. Whatever lists them (`.env.example`, the README) is
kept in step with this by a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from connectors.visitors import Proxies
from gateway.settings import desk_kinds, kinds, single_use_kinds
from gateway.settings.declaring import REQUIRED, by, variable
from gateway.settings.kinds import ConfigError, sentence
from gateway.settings.voice_modes import VoiceModes

TWILIO_TIMEOUT = 15.0
"""Seconds after which Twilio gives up a webhook: https://www.twilio.com/docs/api/errors/11200"""

TWILIO = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_SMS_NUMBER", "TWILIO_VOICE_NUMBER")
MESSENGER = ("MESSENGER_APP_SECRET", "MESSENGER_VERIFY_TOKEN", "MESSENGER_PAGE_TOKEN")
SOFTPHONE = ("TWILIO_API_KEY_SID", "TWILIO_API_KEY_SECRET", "TWILIO_VOICE_SDK_URL")
LLM = ("LLM_URL", "LLM_MODEL")
OIDC = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_ROLES")
SECOND_FACTOR = ("SECOND_FACTOR_URL", "SECOND_FACTOR_TOKEN")
ZAMMAD = ("ZAMMAD_URL", "ZAMMAD_GROUP", "ZAMMAD_TOKEN", "ZAMMAD_SECRET")
CHATWOOT = ("CHATWOOT_URL", "CHATWOOT_ACCOUNT", "CHATWOOT_INBOX", "CHATWOOT_TOKEN")
DESK_WEBHOOK = ("DESK_WEBHOOK_URL", "DESK_WEBHOOK_KEY")
TOGETHER = (TWILIO, MESSENGER, SOFTPHONE, SECOND_FACTOR, LLM, OIDC, DESK_WEBHOOK, CHATWOOT, ZAMMAD)
"""Of each of these all are set, or none."""


class Variables(BaseSettings):
    """What was set, read. A variable that is not set and has no default is empty."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", alias_generator=str.upper, hide_input_in_errors=True)

    public_url: Annotated[str, by(kinds.public_url)] = variable(
        "The address vendors and browsers use, such as https://bank.example; signatures are checked against it."
    )
    public_host: Annotated[str, by(kinds.host)] = variable(
        "Where the public listener binds; 0.0.0.0 when the reverse proxy is on another machine.", "127.0.0.1"
    )
    public_port: Annotated[int, by(kinds.port)] = variable(
        "Port of the public listener: webhooks, web chat, the sample page.", "8080"
    )
    internal_host: Annotated[str, by(kinds.host)] = variable(
        "Where the internal listener binds; never reachable from the internet.", "127.0.0.1"
    )
    internal_port: Annotated[int, by(kinds.port)] = variable(
        "Port of the internal listener: desk, simulator, health, metrics.", "8081"
    )
    internal_api_token: Annotated[str, by(kinds.secret(32))] = variable(
        "Token for the JSON API of the internal listener, 32 characters or more; generated.", REQUIRED, secret=True
    )
    twilio_account_sid: Annotated[str, by(kinds.matching(r"AC[0-9a-fA-F]{32}", "AC and 32 hexadecimal digits"))] = variable(
        "Your Twilio account: AC and 32 hexadecimal digits."
    )
    twilio_auth_token: Annotated[tuple[str, ...], by(kinds.secrets(16))] = variable(
        "Its auth token; two separated by a comma while you rotate them (the first is used).", (), secret=True
    )
    twilio_sms_number: Annotated[str, by(kinds.number)] = variable("The number that texts, in E.164.")
    twilio_voice_number: Annotated[str, by(kinds.number)] = variable("The number that is called, in E.164; may be the same.")
    voice_mode: Annotated[VoiceModes, by(VoiceModes.parse)] = variable(
        "gather (any account) or relay (ConversationRelay) for calls; single numbers as in: gather, +12125550101=relay.", "gather"
    )
    twilio_api_url: Annotated[str, by(kinds.base_url)] = variable(
        "Twilio's REST API, or any Twilio-compatible base address.", "https://api.twilio.com"
    )
    twilio_verify_service: Annotated[str, by(kinds.matching(r"VA[0-9a-fA-F]{32}", "VA and 32 hexadecimal digits"))] = variable(
        "Twilio Verify for one-time codes: VA and 32 hexadecimal digits; without it we send our own."
    )
    twilio_verify_fallback: Annotated[bool, by(kinds.switch)] = variable(
        "on: while Twilio Verify does not answer, codes of our own are texted; off: the customer is told, and offered a person.",
        "off",
    )
    twilio_verify_url: Annotated[str, by(kinds.base_url)] = variable(
        "Twilio Verify's API, or a compatible base address.", "https://verify.twilio.com"
    )
    twilio_api_key_sid: Annotated[str, by(kinds.matching(r"SK[0-9a-fA-F]{32}", "SK and 32 hexadecimal digits"))] = variable(
        "An API key (SK...) for agents who answer calls in their browser (docs/install.md)."
    )
    twilio_api_key_secret: Annotated[str, by(kinds.secret(32))] = variable("The secret of that API key.", secret=True)
    twilio_voice_sdk_url: Annotated[tuple[str, str], by(single_use_kinds.sdk_url)] = variable(
        "Where agents' browsers load Twilio's Voice SDK (twilio.min.js) from; # and a hash (sha384-...) may follow.", ("", "")
    )
    caller_attestation: Annotated[str, by(kinds.one_of("OFF", "A", "B", "C"))] = variable(
        "The least STIR/SHAKEN attestation (a, b or c) with which a caller id picks up its thread; off: any that did not fail.",
        "off",
    )
    messenger_app_secret: Annotated[str, by(kinds.secret(16))] = variable(
        "Your Meta app's secret; every Messenger webhook is signed with it.", secret=True
    )
    messenger_verify_token: Annotated[str, by(kinds.secret(16))] = variable(
        "A word you make up (16 characters or more) and repeat in Meta's webhook form.", secret=True
    )
    messenger_page_token: Annotated[str, by(kinds.secret(16))] = variable(
        "The page access token that messages are sent with.", secret=True
    )
    messenger_page_id: Annotated[str, by(kinds.matching(r"\d{1,32}", "digits"))] = variable("The page's id; optional.")
    messenger_api_url: Annotated[str, by(kinds.base_url)] = variable(
        "Meta's Graph API, or a compatible base address.", "https://graph.facebook.com"
    )
    simulator: Annotated[bool, by(kinds.switch)] = variable(
        "on or off; `make run` turns it on when no vendor is configured. Refused beside real credentials.", "off"
    )
    redis_url: Annotated[str, by(kinds.redis_url)] = variable(
        "Your Redis or Valkey (redis://, rediss://, unix://, redis+sentinel://, redis+cluster://); "
        "without it `make run` starts its own.",
        REQUIRED,
        secret=True,
    )
    partitions: Annotated[int | None, by(kinds.count(r"[1-9]\d{0,2}", "a whole number, 1 to 999"))] = variable(
        "Partitions of a new store, 1 to 999, 64 without it: as many gateways can share the work; later `make partitions` "
        "(docs/runbook.md).",
        None,
    )
    rasa_url: Annotated[tuple[str, ...], by(kinds.base_urls)] = variable(
        "Your Rasa server, or several separated by commas; without it `make run` starts its own with the action server.",
        "http://127.0.0.1:5005",
    )
    action_server_url: Annotated[str, by(kinds.base_url)] = variable(
        "The action server; the gateway only asks its health, Rasa calls it. Set by `make run`."
    )
    action_token: Annotated[str, by(kinds.secret(32))] = variable(
        "The token that Rasa (endpoints.yml) calls the action server with, 32 characters or more; generated.", secret=True
    )
    rasa_token: Annotated[str, by(kinds.secret(32))] = variable(
        "The token of Rasa's HTTP API, 32 characters or more; generated.", REQUIRED, secret=True
    )
    desk_url: Annotated[str, by(kinds.desk_url)] = variable(
        "The address that agents open the desk at, such as https://desk.bank.example; needed for passkeys and with OIDC_ISSUER."
    )
    oidc_issuer: Annotated[str, by(kinds.desk_url_with_path)] = variable(
        "Where agents sign in with an account they have elsewhere (OpenID Connect, docs/desk-admin.md): its issuer."
    )
    oidc_client_id: Annotated[str, by(str)] = variable("The desk's client id there.")
    oidc_client_secret: Annotated[str, by(kinds.secret(16))] = variable("The desk's client secret there.", secret=True)
    oidc_claim: Annotated[str, by(kinds.matching(r"[^\s]{1,200}", "a name, or names joined by dots"))] = variable(
        "Where in the token the groups stand, by dots, such as realm_access.roles.", "groups"
    )
    oidc_roles: Annotated[tuple[tuple[str, str], ...], by(kinds.group_roles)] = variable(
        "Which groups may come to the desk, and as what: desk-leads=supervisor,desk-agents=agent; the first that fits counts.", ()
    )
    second_factor_url: Annotated[str, by(kinds.second_factor_url)] = variable(
        "Where the business checks a PIN (docs/identity.md); `make run` names its own action server. Without it none is asked."
    )
    second_factor_token: Annotated[str, by(kinds.secret(32))] = variable(
        "The token sent to SECOND_FACTOR_URL, 32 characters or more; generated.", secret=True
    )
    database_url: Annotated[str, by(str)] = variable(
        "The sample bank's records, any SQLAlchemy URL; an SQLite file of the installation by default.", secret=True
    )
    records_url: Annotated[str, by(single_use_kinds.records_url)] = variable(
        "Where what happened is kept for good (docs/records.md): postgresql://user:password@host/database, or sqlite:///file; an "
        "SQLite file of the installation by default. All gateways and Rasa servers share one.",
        secret=True,
    )
    cool_after_minutes: Annotated[int, by(kinds.count(r"[1-9]\d{0,4}", "minutes, 1 to 99999"))] = variable(
        "Minutes after which events of a conversation move from Redis to RECORDS_URL, 1 to 99999.", "10"
    )
    cold_after_days: Annotated[int, by(kinds.count(r"[1-9]\d{0,3}", "days, 1 to 9999"))] = variable(
        "Days of silence after which a conversation leaves Redis altogether, 1 to 9999; its next message brings it back.", "30"
    )
    record_every_seconds: Annotated[int, by(kinds.count(r"[1-9]|[1-5]\d|60", "seconds, 1 to 60"))] = variable(
        "Seconds between two looks of a gateway for what is to be kept in RECORDS_URL, 1 to 60: rarer is cheaper.", "5"
    )
    recording: Annotated[bool, by(kinds.switch)] = variable(
        "off: nothing that happens is kept for good (docs/records.md); for measurements.", "on"
    )
    onethread_home: Annotated[Path, by(Path)] = variable(
        "Folder for this installation's secrets, data and logs; readable by its owner only.", ".onethread"
    )
    code_countries: Annotated[frozenset[str] | None, by(single_use_kinds.code_countries)] = variable(
        "Countries whose numbers one-time codes are sent to, as US, CA (ISO 3166), or all; that of TWILIO_SMS_NUMBER by default.",
        None,
    )
    codes_per_hour: Annotated[int, by(kinds.count(r"[1-9]\d{0,4}", "a number of codes, 1 to 99999"))] = variable(
        "One-time codes that the whole installation sends in an hour at most, 1 to 99999.", "500"
    )
    turn_deadline_seconds: Annotated[float, by(kinds.seconds(1, TWILIO_TIMEOUT - 1))] = variable(
        "Seconds the assistant has for one answer, 1 to 14; then an apology.", "8"
    )
    chat_origins: Annotated[tuple[str, ...], by(kinds.origins)] = variable(
        "Further web origins that may open the chat, separated by commas; PUBLIC_URL's own is always allowed.", ()
    )
    trusted_proxies: Annotated[Proxies, by(kinds.proxies)] = variable(
        "Addresses or networks of your own reverse proxies, such as 127.0.0.1, separated by commas: "
        "only they are believed about who visits (docs/install.md).",
        Proxies(),
    )
    business_hours: Annotated[str, by(single_use_kinds.hours)] = variable(
        "When people answer, such as Mon-Fri 09:00-17:00, Sat 10:00-14:00; always without it."
    )
    business_timezone: Annotated[str, by(single_use_kinds.timezone)] = variable(
        "The time zone of BUSINESS_HOURS, such as America/New_York.", "UTC"
    )
    call_hours: Annotated[str, by(single_use_kinds.hours)] = variable(
        "When customers who ask for it are called (docs/continuity.md), written as BUSINESS_HOURS; at any hour without it."
    )
    retention_hour: Annotated[int | None, by(single_use_kinds.hour)] = variable(
        "The hour (0 to 23, in BUSINESS_TIMEZONE) after which one gateway deletes, each night, what has had its time by "
        "domain/_retention.yml (docs/records.md); off: none does.",
        "3",
    )
    queue_limit: Annotated[int, by(kinds.count(r"[1-9]\d{0,3}", "a number of callers, 1 to 9999"))] = variable(
        "How many callers may wait for a person at once; further ones are offered a callback.", "50"
    )
    callback_tries: Annotated[int, by(kinds.count(r"[1-9]|10", "how often a customer is called back, 1 to 10"))] = variable(
        "How often a customer who asked for a call is called before they are texted, 1 to 10.", "3"
    )
    callback_minutes: Annotated[int, by(kinds.count(r"[1-9]\d{0,3}", "minutes between two calls to a customer, 1 to 9999"))] = (
        variable("Minutes until such a customer is called again; never outside BUSINESS_HOURS.", "15")
    )
    agent_grace: Annotated[int, by(kinds.count(r"[1-9]\d{0,3}", "minutes, 1 to 9999"))] = variable(
        "Minutes that a conversation stays with an agent who is not at the desk any more; then it is back in line.", "10"
    )
    hold_music: Annotated[str, by(single_use_kinds.hold_music)] = variable(
        "Address of a sound file for waiting callers, or off; without it our own music is played."
    )
    record_calls: Annotated[bool, by(kinds.switch)] = variable(
        "on: talks with agents are recorded, after a spoken notice (ask your lawyer first).", "off"
    )
    summary_sms: Annotated[bool, by(kinds.switch)] = variable(
        "on: after a call the customer is texted what the agent wrote down as agreed.", "off"
    )
    effort_question: Annotated[bool, by(kinds.switch)] = variable(
        "on: after a talk with an agent the caller is asked how easy it was, 1 to 5 by key.", "off"
    )
    supervisors: Annotated[frozenset[str], by(kinds.names(r"[a-z0-9][a-z0-9._-]{1,31}", "usernames of the desk"))] = variable(
        "Usernames that may listen to calls and coach besides those with ROLE=supervisor, by commas.", frozenset()
    )
    web_identity_secret: Annotated[tuple[str, ...], by(kinds.secrets(32))] = variable(
        "Key of the JWTs by which your own signed-in pages vouch for a visitor (docs/identity.md), 32 characters or more; "
        "two separated by a comma while you change it.",
        (),
        secret=True,
    )
    llm_url: Annotated[str, by(single_use_kinds.llm_url)] = variable(
        "An OpenAI-compatible server, such as http://127.0.0.1:11434/v1, which may word what articles say "
        "(docs/language-model.md); without it none is called."
    )
    llm_model: Annotated[str, by(kinds.matching(r"[!-~]{1,200}", "the name of a model, without spaces"))] = variable(
        "The name of the model at LLM_URL."
    )
    llm_key: Annotated[str, by(kinds.secret(1))] = variable("The key that is sent to LLM_URL, where it wants one.", secret=True)
    llm_timeout_ms: Annotated[int, by(single_use_kinds.llm_timeout)] = variable(
        "Milliseconds that LLM_URL has for an answer, 100 to 10000; then the built-in way is gone.", "2500"
    )
    handoff_targets: Annotated[Mapping[str, str], by(desk_kinds.targets)] = variable(
        "Queues in which people of another desk answer, as in general=webhook (docs/other-desks.md); all others: our own desk.",
        {},
    )
    desk_webhook_url: Annotated[str, by(desk_kinds.desk_url)] = variable(
        "Where handoffs of those queues are sent: an https address, or one of this machine."
    )
    desk_webhook_key: Annotated[tuple[str, ...], by(desk_kinds.signing_keys)] = variable(
        "Key that signs both ways: whsec_ and 24 to 64 bytes in Base64; two separated by a comma while you change it.",
        (),
        secret=True,
    )
    chatwoot_url: Annotated[str, by(desk_kinds.desk_url)] = variable(
        "Your Chatwoot, such as https://app.chatwoot.com (docs/other-desks.md)."
    )
    chatwoot_account: Annotated[str, by(kinds.matching(r"\d{1,12}", "digits"))] = variable(
        "The number of your account there: it is in the address of each page."
    )
    chatwoot_inbox: Annotated[str, by(kinds.matching(r"\d{1,12}", "digits"))] = variable(
        "The number of the inbox of the kind API."
    )
    chatwoot_token: Annotated[str, by(kinds.secret(16))] = variable("The access token of a user there.", secret=True)
    chatwoot_secret: Annotated[str, by(kinds.secret(8))] = variable(
        "The secret with which that inbox signs its webhooks, where your Chatwoot signs them.", secret=True
    )
    zammad_url: Annotated[str, by(desk_kinds.desk_url)] = variable(
        "Your Zammad, such as https://help.example.com (docs/other-desks.md)."
    )
    zammad_group: Annotated[str, by(kinds.matching(r"[^\x00-\x1f]{1,160}", "the name of a group"))] = variable(
        "The group there that gets the tickets."
    )
    zammad_token: Annotated[str, by(kinds.secret(16))] = variable("The access token of an agent there.", secret=True)
    zammad_secret: Annotated[str, by(kinds.secret(16))] = variable(
        "The signature token of the webhook there: a word that you make up.", secret=True
    )
    log_level: Annotated[str, by(kinds.one_of("DEBUG", "INFO", "WARNING", "ERROR"))] = variable(
        "debug, info, warning or error.", "info"
    )
    otel_exporter_otlp_endpoint: Annotated[str, by(kinds.base_url)] = variable(
        "Where OpenTelemetry traces go, such as http://127.0.0.1:4318; none without it."
    )

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what was handed over: the launcher checks an environment before any process has it (docs/decisions/0014)."""
        return (init_settings,)

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Variables:
        """Read and check each value of ``env`` (an empty one counts as not set). Raises ConfigError with all that is wrong."""
        given = {name: text for name in _EXPLANATIONS if (text := env.get(name, "")).strip()}
        wrong = [incomplete for names in TOGETHER if (incomplete := _incomplete(names, given))]
        try:
            found = cls(**given)  # type: ignore[arg-type] # texts, of which `by` makes the values
        except ValidationError as error:
            wrong += [_sentence(one) for one in error.errors(include_url=False, include_input=False)]
            raise ConfigError(*wrong) from None
        if wrong := wrong or _contradicting(found):
            raise ConfigError(*wrong)
        return found


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: what it is for, its default (None: none, or worked out), and whether its value is a secret."""

    name: str
    explanation: str
    default: str | None = None
    secret: bool = False


def _row(name: str) -> Variable:
    field = Variables.model_fields[name]
    default = field.default if field.validate_default else None
    return Variable(name.upper(), field.description or "", default, secret=not field.repr)


VARIABLES: tuple[Variable, ...] = tuple(map(_row, Variables.model_fields))
_EXPLANATIONS = {row.name: row.explanation for row in VARIABLES}


def _incomplete(names: tuple[str, ...], given: Mapping[str, str]) -> str:
    """A sentence about the first that is missing beside others that are set."""
    present, missing = [name for name in names if name in given], [name for name in names if name not in given]
    if not (present and missing):
        return ""
    return f"{missing[0]} is missing, and {present[0]} is set: {_EXPLANATIONS[missing[0]]}"


def _contradicting(read: Variables) -> list[str]:
    if read.llm_url and read.llm_timeout_ms >= 1000 * read.turn_deadline_seconds:
        return [
            f"LLM_TIMEOUT_MS ({read.llm_timeout_ms}) must be less than TURN_DEADLINE_SECONDS ({read.turn_deadline_seconds:g}): "
            "a customer would be told that something is slow before the built-in way is gone."
        ]
    return []


def _sentence(error: Any) -> str:
    name = str(error["loc"][0])
    if error["type"] == "missing":
        return f"{name} is missing: {_EXPLANATIONS[name]}"
    return sentence(name, error["ctx"]["error"])
