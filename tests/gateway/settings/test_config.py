"""Settings: what is taken, what is refused, and that the example file and the README say the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.settings.config import Settings
from gateway.settings.kinds import ConfigError
from gateway.settings.variables import VARIABLES
from gateway.simulating import mount_simulator
from language_model.endpoint import Endpoint
from launch.install.example import render

ROOT = Path(__file__).parents[3]
LEAST = {"REDIS_URL": "redis://127.0.0.1:6379/0", "RASA_TOKEN": "r" * 32, "INTERNAL_API_TOKEN": "i" * 32}
TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "t" * 32,
    "TWILIO_SMS_NUMBER": "+13125550190",
    "TWILIO_VOICE_NUMBER": "+13125550191",
    "PUBLIC_URL": "https://bank.example",
}
SDK = "https://static.bank.example/voice-sdk@2.17.0/twilio.min.js"
BROWSER = {"TWILIO_API_KEY_SID": "SK" + "0" * 32, "TWILIO_API_KEY_SECRET": "k" * 32, "TWILIO_VOICE_SDK_URL": SDK}
MESSENGER = {
    "MESSENGER_APP_SECRET": "a" * 32,
    "MESSENGER_VERIFY_TOKEN": "v" * 16,
    "MESSENGER_PAGE_TOKEN": "p" * 32,
    "PUBLIC_URL": "https://bank.example",
}
SIMULATED = (
    TWILIO
    | MESSENGER
    | {
        "SIMULATOR": "on",
        "TWILIO_API_URL": "http://127.0.0.1:8081/simulator/twilio",
        "MESSENGER_API_URL": "http://localhost:8081/m",
    }
)


def test_defaults() -> None:
    settings = Settings.from_env(LEAST)
    assert (settings.public_host, settings.public_port, settings.public_url) == ("127.0.0.1", 8080, "http://127.0.0.1:8080")
    assert (settings.internal_host, settings.internal_port) == ("127.0.0.1", 8081)
    assert (settings.twilio, settings.messenger, settings.simulated) == (None, None, False)
    assert settings.database_url == "sqlite:///.onethread/bank.sqlite"
    assert (settings.turn_deadline, settings.log_level, settings.chat_origins) == (8.0, "INFO", ())


@pytest.mark.parametrize(
    ("value", "number", "relay"),
    [
        ("", "+13125550191", False),
        ("Relay", "+13125550191", True),
        ("gather, +13125550191=relay", "+13125550191", True),
        ("gather, +13125550191=relay", "+13125550192", False),
        ("relay,+13125550191=gather", "+13125550191", False),
    ],
)
def test_a_number_is_talked_to_over_gather_or_relay(value: str, number: str, relay: bool) -> None:
    modes = Settings.from_env(LEAST | TWILIO | {"VOICE_MODE": value}).voice_modes
    assert modes.is_relay(number) is relay
    assert modes.relay is ("relay" in value.lower())


@pytest.mark.parametrize("value", ["stream", "relay, 5550191=gather", "+13125550191", "gather,"])
def test_an_unknown_way_to_talk_is_refused(value: str) -> None:
    with pytest.raises(ConfigError, match="VOICE_MODE has"):
        Settings.from_env(LEAST | TWILIO | {"VOICE_MODE": value})


def test_everything_set() -> None:
    changes = {
        "PUBLIC_URL": "https://bank.example:8443",
        "PUBLIC_PORT": "9000",
        "TWILIO_AUTH_TOKEN": "n" * 32 + ", " + "o" * 32,
        "MESSENGER_PAGE_ID": "123",
        "CHAT_ORIGINS": "https://www.bank.example, https://Shop.example:444",
        "TURN_DEADLINE_SECONDS": "2.5",
        "LOG_LEVEL": "debug",
    }
    settings = Settings.from_env(LEAST | TWILIO | MESSENGER | changes)
    assert settings.public_url == "https://bank.example:8443"
    assert settings.twilio is not None and settings.messenger is not None
    assert settings.twilio.auth_tokens == ("n" * 32, "o" * 32)
    assert settings.twilio.auth_token == "n" * 32
    assert settings.twilio.api_url == "https://api.twilio.com"
    assert (settings.messenger.page_id, settings.messenger.api_url) == ("123", "https://graph.facebook.com")
    assert settings.chat_origins == ("https://www.bank.example", "https://shop.example:444")
    assert (settings.turn_deadline, settings.log_level) == (2.5, "DEBUG")


def test_the_softphone_is_configured_by_an_api_key_and_the_sdks_address() -> None:
    assert Settings.from_env(LEAST | TWILIO).softphone is None
    plain = Settings.from_env(LEAST | TWILIO | BROWSER).softphone
    assert plain is not None and (plain.sdk_url, plain.integrity) == (SDK, "")
    assert "wss://voice-js.roaming.twilio.com" in plain.signalling and all("twilio" in origin for origin in plain.signalling)
    hashed = Settings.from_env(LEAST | TWILIO | BROWSER | {"TWILIO_VOICE_SDK_URL": f"{SDK}#sha384-{'a' * 64}"}).softphone
    assert hashed is not None and (hashed.sdk_url, hashed.integrity) == (SDK, "sha384-" + "a" * 64)
    own = BROWSER | {"TWILIO_VOICE_SDK_URL": "http://127.0.0.1:8081/simulator/voice-sdk.js"}
    simulated = Settings.from_env(LEAST | SIMULATED | own).softphone
    assert simulated is not None and simulated.signalling == ("ws://127.0.0.1:8081",)


def test_an_empty_value_counts_as_not_set() -> None:
    assert Settings.from_env(LEAST | {"PUBLIC_PORT": " ", "TWILIO_ACCOUNT_SID": ""}) == Settings.from_env(LEAST)


def test_the_simulator_stands_in_for_both_vendors() -> None:
    assert Settings.from_env(LEAST | SIMULATED).simulated


def test_a_language_model_is_off_unless_an_address_and_a_model_are_set() -> None:
    assert Settings.from_env(LEAST | {"LLM_KEY": "k", "LLM_TIMEOUT_MS": "900"}).llm is None
    given = {"LLM_URL": "http://127.0.0.1:11434/v1", "LLM_MODEL": "small:3b", "LLM_KEY": "sk-one", "LLM_TIMEOUT_MS": "900"}
    settings = Settings.from_env(LEAST | given)
    assert settings.llm == Endpoint("http://127.0.0.1:11434/v1", "small:3b", "sk-one", 0.9)
    assert "sk-one" not in repr(settings)
    for near in ("http://llm:8000/v1", "http://10.1.2.3/v1", "https://llm.example/v1"):
        assert Settings.from_env(LEAST | given | {"LLM_URL": near}).llm is not None


def test_another_desk_answers_in_the_queues_that_name_it() -> None:
    assert not Settings.from_env(LEAST).other_desks.by_queue
    key = "whsec_" + "a" * 32
    given = {"HANDOFF_TARGETS": "general=webhook, cards = webhook", "DESK_WEBHOOK_URL": "https://d.example/h"}
    found = Settings.from_env(LEAST | given | {"DESK_WEBHOOK_KEY": f"{key},{key}"}).other_desks
    assert found.by_queue == {"general": "webhook", "cards": "webhook"}
    assert found.webhook is not None and found.webhook.keys == (key, key) and key not in repr(found)


def test_chatwoot_is_configured_by_its_address_and_numbers() -> None:
    given = {"CHATWOOT_URL": "https://c.example", "CHATWOOT_ACCOUNT": "3", "CHATWOOT_INBOX": "7", "CHATWOOT_TOKEN": "t" * 24}
    found = Settings.from_env(LEAST | given | {"HANDOFF_TARGETS": "general=chatwoot"}).other_desks
    assert found.chatwoot is not None and (found.chatwoot.account, found.chatwoot.inbox, found.chatwoot.secret) == (3, 7, "")
    assert "t" * 24 not in repr(found)


def test_zammad_is_configured_by_its_address_and_group() -> None:
    given = {"ZAMMAD_URL": "https://z.example", "ZAMMAD_GROUP": "2nd Level", "ZAMMAD_TOKEN": "t" * 24, "ZAMMAD_SECRET": "s" * 24}
    found = Settings.from_env(LEAST | given | {"HANDOFF_TARGETS": "general=zammad"}).other_desks
    assert found.zammad is not None and found.zammad.group == "2nd Level"
    assert "t" * 24 not in repr(found) and "s" * 24 not in repr(found)


WRONG = [
    ({"HANDOFF_TARGETS": "general=zammad"}, "ZAMMAD_URL is missing, and HANDOFF_TARGETS names zammad"),
    ({"HANDOFF_TARGETS": "general=chatwoot"}, "CHATWOOT_URL is missing, and HANDOFF_TARGETS names chatwoot"),
    ({"CHATWOOT_URL": "https://c.example"}, "CHATWOOT_ACCOUNT is missing, and CHATWOOT_URL is set"),
    (
        {"CHATWOOT_URL": "https://c.example", "CHATWOOT_ACCOUNT": "x", "CHATWOOT_INBOX": "7", "CHATWOOT_TOKEN": "t" * 24},
        "CHATWOOT_ACCOUNT must be digits",
    ),
    ({"HANDOFF_TARGETS": "general"}, "HANDOFF_TARGETS has 'general': write a queue and its desk once"),
    ({"HANDOFF_TARGETS": "general=fax"}, "HANDOFF_TARGETS has 'general=fax'"),
    ({"HANDOFF_TARGETS": "a=webhook,a=webhook"}, "HANDOFF_TARGETS has 'a=webhook'"),
    ({"HANDOFF_TARGETS": "general=webhook"}, "DESK_WEBHOOK_URL is missing, and HANDOFF_TARGETS names webhook"),
    ({"DESK_WEBHOOK_URL": "https://d.example/h"}, "DESK_WEBHOOK_KEY is missing, and DESK_WEBHOOK_URL is set"),
    (
        {"DESK_WEBHOOK_URL": "http://d.example/h", "DESK_WEBHOOK_KEY": "whsec_" + "a" * 32},
        "DESK_WEBHOOK_URL may be plain http only",
    ),
    ({"DESK_WEBHOOK_URL": "https://d.example/h", "DESK_WEBHOOK_KEY": "whsec_short"}, "DESK_WEBHOOK_KEY must be whsec_ and 24"),
    ({"DESK_WEBHOOK_URL": "https://d.example/h", "DESK_WEBHOOK_KEY": "a" * 44}, "DESK_WEBHOOK_KEY must be whsec_ and 24"),
    ({"LLM_URL": "https://llm.example/v1"}, "LLM_MODEL is missing, and LLM_URL is set"),
    ({"LLM_URL": "http://llm.example/v1", "LLM_MODEL": "m"}, "LLM_URL may be plain http only within your own network"),
    ({"LLM_URL": "https://k@llm.example/v1", "LLM_MODEL": "m"}, "LLM_URL must not hold a user name"),
    ({"LLM_TIMEOUT_MS": "99"}, "LLM_TIMEOUT_MS must be milliseconds, 100 to 10000"),
    ({"LLM_TIMEOUT_MS": "60000"}, "LLM_TIMEOUT_MS must be milliseconds, 100 to 10000"),
    (
        {"LLM_URL": "http://llm:8000/v1", "LLM_MODEL": "m", "LLM_TIMEOUT_MS": "9000"},
        "LLM_TIMEOUT_MS (9000) must be less than TURN_DEADLINE_SECONDS (8)",
    ),
    ({"REDIS_URL": ""}, "REDIS_URL is missing"),
    ({"REDIS_URL": "http://127.0.0.1"}, "REDIS_URL must be a URL that begins with redis://"),
    ({"REDIS_URL": "redis://h:99999"}, "REDIS_URL is not a URL"),
    ({"RASA_TOKEN": ""}, "RASA_TOKEN is missing"),
    ({"RASA_TOKEN": "short"}, "RASA_TOKEN is too short"),
    ({"RASA_URL": "ftp://rasa"}, "RASA_URL must be a URL"),
    ({"INTERNAL_API_TOKEN": "i" * 31}, "INTERNAL_API_TOKEN is too short"),
    ({"INTERNAL_API_TOKEN": "i" * 31 + " i"}, "INTERNAL_API_TOKEN has a space"),
    ({"PUBLIC_PORT": "0"}, "PUBLIC_PORT is '0'"),
    ({"PUBLIC_PORT": "65536"}, "PUBLIC_PORT is '65536'"),
    ({"PUBLIC_PORT": "8080x"}, "PUBLIC_PORT is '8080x'"),
    ({"PUBLIC_PORT": "9" * 5000}, "PUBLIC_PORT is"),
    ({"PUBLIC_PORT": "\u0668\u0660"}, "PUBLIC_PORT is"),
    ({"INTERNAL_PORT": "8080"}, "INTERNAL_PORT is 8080, the same as PUBLIC_PORT"),
    ({"PUBLIC_HOST": "a b"}, "PUBLIC_HOST must be a host name"),
    ({"PUBLIC_URL": "http://bank.example"}, "PUBLIC_URL may be plain http only on this machine"),
    ({"PUBLIC_URL": "http://127.0.0.1.bank.example"}, "PUBLIC_URL may be plain http only on this machine"),
    ({"PUBLIC_URL": "https://bank.example/"}, "PUBLIC_URL must end after its host and port"),
    ({"PUBLIC_URL": "https://bank.example/bot"}, "PUBLIC_URL must end after its host and port"),
    ({"PUBLIC_URL": "https://bank.example?x=1"}, "PUBLIC_URL must end after its host and port"),
    ({"PUBLIC_URL": "https://me:pw@bank.example"}, "PUBLIC_URL must not hold a user name"),
    ({"PUBLIC_URL": "bank.example"}, "PUBLIC_URL must be a URL"),
    ({"PUBLIC_URL": "https://[::1"}, "PUBLIC_URL is not a URL"),
    (TWILIO | {"PUBLIC_URL": ""}, "PUBLIC_URL is missing, and TWILIO_ACCOUNT_SID is set: without it every webhook would be"),
    (MESSENGER | {"PUBLIC_URL": ""}, "PUBLIC_URL is missing, and MESSENGER_APP_SECRET is set"),
    (TWILIO | {"TWILIO_VERIFY_FALLBACK": "maybe"}, "TWILIO_VERIFY_FALLBACK is 'maybe': it must be one of on, off"),
    (TWILIO | {"TWILIO_SMS_NUMBER": ""}, "TWILIO_SMS_NUMBER is missing, and TWILIO_ACCOUNT_SID is set"),
    (TWILIO | {"TWILIO_ACCOUNT_SID": "AC12"}, "TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits"),
    (TWILIO | {"TWILIO_SMS_NUMBER": "0800 1234"}, "TWILIO_SMS_NUMBER must be a telephone number"),
    (TWILIO | {"TWILIO_AUTH_TOKEN": "t" * 32 + ","}, "TWILIO_AUTH_TOKEN is too short"),
    (TWILIO | {"TWILIO_API_URL": "https://api.twilio.com/"}, "TWILIO_API_URL must end after its path"),
    (BROWSER, "TWILIO_API_KEY_SID is set without TWILIO_ACCOUNT_SID"),
    (TWILIO | BROWSER | {"TWILIO_API_KEY_SECRET": ""}, "TWILIO_API_KEY_SECRET is missing, and TWILIO_API_KEY_SID is set"),
    (TWILIO | BROWSER | {"TWILIO_API_KEY_SID": ""}, "TWILIO_API_KEY_SID is missing, and TWILIO_API_KEY_SECRET is set"),
    (TWILIO | BROWSER | {"TWILIO_VOICE_SDK_URL": ""}, "TWILIO_VOICE_SDK_URL is missing, and TWILIO_API_KEY_SID is set"),
    (TWILIO | BROWSER | {"TWILIO_API_KEY_SID": "AC" + "0" * 32}, "TWILIO_API_KEY_SID must be SK and 32 hexadecimal digits"),
    (TWILIO | BROWSER | {"TWILIO_API_KEY_SECRET": "s" * 31}, "TWILIO_API_KEY_SECRET is too short"),
    (TWILIO | BROWSER | {"TWILIO_VOICE_SDK_URL": "twilio.min.js"}, "TWILIO_VOICE_SDK_URL must be the address of a script"),
    (TWILIO | BROWSER | {"TWILIO_VOICE_SDK_URL": "http://cdn.example/t.js"}, "TWILIO_VOICE_SDK_URL may be plain http only"),
    (TWILIO | BROWSER | {"TWILIO_VOICE_SDK_URL": "https://cdn.example/"}, "TWILIO_VOICE_SDK_URL must have a path"),
    (TWILIO | BROWSER | {"TWILIO_VOICE_SDK_URL": "https://cdn.example/a;script-src *"}, "TWILIO_VOICE_SDK_URL has a space"),
    (TWILIO | BROWSER | {"TWILIO_VOICE_SDK_URL": "https://cdn.example/a;b.js"}, "TWILIO_VOICE_SDK_URL must have a path of plain"),
    (TWILIO | BROWSER | {"TWILIO_VOICE_SDK_URL": "https://a,b;c.example/t.js"}, "TWILIO_VOICE_SDK_URL must be the address"),
    (TWILIO | BROWSER | {"TWILIO_VOICE_SDK_URL": SDK + "#v2"}, "TWILIO_VOICE_SDK_URL may end with # and the script's hash"),
    (SIMULATED | BROWSER, "TWILIO_VOICE_SDK_URL must be on this machine while SIMULATOR is on"),
    (MESSENGER | {"MESSENGER_APP_SECRET": ""}, "MESSENGER_APP_SECRET is missing, and MESSENGER_VERIFY_TOKEN is set"),
    (MESSENGER | {"MESSENGER_PAGE_ID": "page"}, "MESSENGER_PAGE_ID must be digits"),
    ({"SIMULATOR": "maybe"}, "SIMULATOR is 'maybe'"),
    ({"SIMULATOR": "on"}, "SIMULATOR is on without its own credentials"),
    (SIMULATED | {"TWILIO_API_URL": ""}, "SIMULATOR is on but TWILIO_API_URL names a real server"),
    (
        SIMULATED | {"MESSENGER_API_URL": "https://graph.facebook.com"},
        "SIMULATOR is on but MESSENGER_API_URL names a real server",
    ),
    (SIMULATED | {"TWILIO_VOICE_NUMBER": "+13125551234"}, "SIMULATOR is on but TWILIO_VOICE_NUMBER is a real number"),
    (SIMULATED | {"INTERNAL_HOST": "0.0.0.0"}, "INTERNAL_HOST must be loopback while SIMULATOR is on"),
    ({"TURN_DEADLINE_SECONDS": "15"}, "TURN_DEADLINE_SECONDS is '15'"),
    ({"TURN_DEADLINE_SECONDS": "nan"}, "TURN_DEADLINE_SECONDS is 'nan'"),
    ({"TURN_DEADLINE_SECONDS": "soon"}, "TURN_DEADLINE_SECONDS is 'soon'"),
    ({"CHAT_ORIGINS": "www.bank.example"}, "CHAT_ORIGINS must list origins"),
    ({"CHAT_ORIGINS": "https://www.bank.example/"}, "CHAT_ORIGINS must list origins"),
    ({"CHAT_ORIGINS": "*"}, "CHAT_ORIGINS must list origins"),
    ({"RECORDS_URL": "mysql://me:pw@host/records"}, "RECORDS_URL names mysql"),
    ({"RETENTION_HOUR": "24"}, "RETENTION_HOUR is '24': it must be an hour of the day, 0 to 23, or off"),
    ({"RETENTION_HOUR": "3am"}, "RETENTION_HOUR is '3am'"),
    ({"RECORDS_URL": "records"}, "RECORDS_URL is no address of a database: write postgresql://"),
    ({"LOG_LEVEL": "chatty"}, "LOG_LEVEL is 'chatty'"),
    ({"LOG_LEVEL": "info\ninjected"}, "LOG_LEVEL has a line break"),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG, ids=[sentence for _, sentence in WRONG])
def test_a_wrong_value_is_one_sentence_that_names_the_variable(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        Settings.from_env(LEAST | changes)
    text = str(error.value)
    assert text.startswith(sentence)
    assert text.endswith(".") and "\n" not in text


def wrong(env: dict[str, str]) -> list[str]:
    """All sentences about it."""
    with pytest.raises(ConfigError) as error:
        Settings.from_env(env)
    return str(error.value).split("\n")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    told = wrong(
        TWILIO
        | {"RASA_TOKEN": "hush", "PUBLIC_PORT": "x", "TWILIO_SMS_NUMBER": "", "MESSENGER_PAGE_TOKEN": "hush hush hush hush"}
    )
    begins = ("REDIS_URL is missing", "RASA_TOKEN is too short", "INTERNAL_API_TOKEN is missing", "PUBLIC_PORT is 'x'",
              "TWILIO_SMS_NUMBER is missing, and TWILIO_ACCOUNT_SID", "MESSENGER_APP_SECRET is missing, and MESSENGER_PAGE_TOKEN",
              "MESSENGER_PAGE_TOKEN has a space")  # fmt: skip
    assert all(any(sentence.startswith(begin) for sentence in told) for begin in begins) and len(told) == len(begins)
    assert "hush" not in "".join(told) and all(sentence.endswith(".") for sentence in told)


def test_so_is_everything_that_does_not_go_together() -> None:
    told = wrong(
        LEAST | SIMULATED | {"INTERNAL_PORT": "8080", "INTERNAL_HOST": "0.0.0.0", "TWILIO_API_URL": "", "MESSENGER_API_URL": ""}
    )
    assert [sentence.split()[0] for sentence in told] == ["INTERNAL_PORT", "SIMULATOR", "SIMULATOR", "INTERNAL_HOST"]


FORMS = (
    "", " ", "on", "off", "1", "0", "8080", "https://h.example", "http://127.0.0.1:1", "redis://h", "redis+sentinel://h:1", "US",
    "a,b", "+13125550190", "x" * 32, "AC" + "0" * 32, "Mon-Fri 09:00-17:00", "relay", "1\n2", "\u0661", "#", "*", "{}", "%s",
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([variable.name for variable in VARIABLES]), st.sampled_from(FORMS), max_size=12))
def test_any_environment_is_taken_or_refused_in_sentences(env: dict[str, str]) -> None:
    try:
        Settings.from_env(LEAST | env)
    except ConfigError as error:
        assert error.args
        assert all(
            re.match(r"[A-Z_]+(:| (is|has|may|must|and)\b)", one) and one.endswith((".", "mymaster")) for one in error.args
        )


@pytest.mark.parametrize("name", ["_env_file", "_secrets_dir", "_cli_parse_args", "public_port", "Public_Port"])
def test_nothing_but_the_variables_of_the_table_counts(name: str) -> None:
    assert Settings.from_env(LEAST | {name: "9"}) == Settings.from_env(LEAST)


def test_the_process_s_own_environment_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The launcher checks what a part will have, not what it has itself."""
    monkeypatch.setenv("PUBLIC_PORT", "9")
    assert Settings.from_env(LEAST).public_port == 8080


SECRETS = [variable.name for variable in VARIABLES if variable.secret]


def test_secrets_are_never_shown() -> None:
    marked = {name: value for name, value in (LEAST | TWILIO | MESSENGER).items() if name in SECRETS}
    env = LEAST | TWILIO | MESSENGER | {"DATABASE_URL": "postgresql://me:hidden@db/bank"}
    env |= {
        name: value.replace("127.0.0.1", "me:hidden@127.0.0.1") if "URL" in name else "hidden" + value
        for name, value in marked.items()
    }
    shown = repr(Settings.from_env(env))
    assert "hidden" not in shown


@pytest.mark.parametrize("name", [name for name in SECRETS if not name.endswith("_URL")])
def test_a_wrong_secret_is_not_repeated(name: str) -> None:
    with pytest.raises(ConfigError, match=name) as error:
        Settings.from_env(LEAST | TWILIO | MESSENGER | {name: "hush hush"})
    assert "hush" not in str(error.value)


def test_the_example_file_is_the_table() -> None:
    assert (ROOT / ".env.example").read_text() == render(), "run: python -m launch.install.example > .env.example"


def test_the_readme_lists_every_variable() -> None:
    rows = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert rows >= {variable.name for variable in VARIABLES}


def test_how_customers_are_called_back() -> None:
    rules = Settings.from_env(LEAST).line.callbacks
    assert (rules.tries, rules.between) == (3, timedelta(minutes=15))
    given = {"CALLBACK_TRIES": "10", "CALLBACK_MINUTES": "90", "BUSINESS_HOURS": "Mon-Fri 09:00-17:00"}
    rules = Settings.from_env(LEAST | given).line.callbacks
    friday = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert (rules.tries, rules.next_time(friday)) == (10, datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "value"),
    [("CALLBACK_TRIES", "0"), ("CALLBACK_TRIES", "11"), ("CALLBACK_MINUTES", "0"), ("CALLBACK_MINUTES", "soon")],
)
def test_callbacks_that_cannot_be_are_refused(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Settings.from_env(LEAST | {name: value})


@pytest.mark.parametrize("value", ["proxy.example", "10.0.0.0/33", "127.0.0.1:8080", "0.0.0.0/0", "::/0"])
def test_what_is_no_proxy_of_ours_stops_the_start_with_a_sentence(value: str) -> None:
    with pytest.raises(ConfigError, match=r"^TRUSTED_PROXIES must list the addresses or networks of your own proxies"):
        Settings.from_env(LEAST | {"TRUSTED_PROXIES": value})


@pytest.mark.parametrize(
    ("given", "number", "allowed"),
    [
        ("", "+13125550190", {"US"}),
        ("", "+442079460123", {"GB"}),
        ("us, ca", "+13125550190", {"US", "CA"}),
        ("all", "+13125550190", None),
    ],
)
def test_codes_go_to_the_countries_that_are_named_else_to_our_own(given: str, number: str, allowed: set[str] | None) -> None:
    settings = Settings.from_env(LEAST | TWILIO | {"CODE_COUNTRIES": given, "TWILIO_SMS_NUMBER": number})
    assert settings.code_countries == (None if allowed is None else frozenset(allowed))


@pytest.mark.parametrize(
    ("name", "value"), [("CODE_COUNTRIES", "US, Germany"), ("CODE_COUNTRIES", "US,,CA"), ("CODES_PER_HOUR", "0")]
)
def test_a_wrong_rule_for_codes_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Settings.from_env(LEAST | TWILIO | {name: value})


def test_partitions_count_only_when_somebody_sets_them() -> None:
    assert Settings.from_env(LEAST).partitions is None
    assert Settings.from_env(LEAST | {"PARTITIONS": " 128 "}).partitions == 128


@pytest.mark.parametrize("value", ["0", "1000", "many", "6.4", "-8"])
def test_partitions_that_cannot_be_are_refused(value: str) -> None:
    with pytest.raises(ConfigError, match=r"^PARTITIONS must be a whole number, 1 to 999\.$"):
        Settings.from_env(LEAST | {"PARTITIONS": value})


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    """`PUBLIC_HOST=::1` was told as http://127.0.0.1, and `INTERNAL_HOST=::1` ended the gateway with a trace."""
    assert Settings.from_env(LEAST | {"PUBLIC_HOST": "::1"}).public_url == "http://[::1]:8080"
    simulated = Settings.from_env(LEAST | SIMULATED | {"INTERNAL_HOST": "::1"})
    app = web.Application()
    mount_simulator(app, simulated)
    assert [resource.canonical for resource in app.router.resources()] == ["/simulator"]
