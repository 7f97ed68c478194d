"""What the launcher fills in, and that no part learns more than it needs."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from gateway.settings.env_file import read_env_file
from gateway.settings.kinds import ConfigError
from launch.install import environment
from launch.install.environment import CREDENTIALS, plan
from launch.install.installation import Installation, StartError
from launch.processes.parts import Served, parts_with

REAL = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "twilio-secret-of-32-characters-xx",
    "TWILIO_SMS_NUMBER": "+13125551234",
    "TWILIO_VOICE_NUMBER": "+13125551234",
    "MESSENGER_APP_SECRET": "messenger-app-secret",
    "MESSENGER_VERIFY_TOKEN": "messenger-verify-token",
    "MESSENGER_PAGE_TOKEN": "messenger-page-token",
    "PUBLIC_URL": "https://bank.example",
}
SYSTEM = {"PATH": "/bin", "PYTHONDONTWRITEBYTECODE": "1", "AWS_SECRET_ACCESS_KEY": "other", **REAL}


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    return Installation.open(tmp_path / "home")


def test_without_accounts_the_simulator_stands_in(place: Installation) -> None:
    planned = plan({}, place)
    assert planned.settings.simulated
    assert planned.settings.twilio is not None
    assert planned.settings.twilio.api_url == "http://127.0.0.1:8081/simulator/twilio"
    assert set(CREDENTIALS) <= set(planned.gateway_env)


def test_with_an_account_there_is_no_simulator(place: Installation) -> None:
    planned = plan(REAL, place)
    assert not planned.settings.simulated
    assert planned.settings.twilio is not None
    assert planned.settings.twilio.account_sid == REAL["TWILIO_ACCOUNT_SID"]


def test_web_chat_alone(place: Installation) -> None:
    planned = plan({"SIMULATOR": "off"}, place)
    assert (planned.settings.simulated, planned.settings.twilio, planned.settings.messenger) == (False, None, None)


def test_a_language_models_key_is_for_those_who_ask_it_alone(place: Installation, tmp_path: Path) -> None:
    given = {"LLM_URL": "https://llm.example/v1", "LLM_MODEL": "small", "LLM_KEY": "sk-one", "LLM_TIMEOUT_MS": "900"}
    served = Served(tmp_path / "model.tar.gz", Path("python"))
    parts = {part.name: part.env for part in parts_with(plan(given, place), place, SYSTEM, served)}
    assert given.items() <= parts["gateway"].items() and given.items() <= parts["actions"].items()
    assert "sk-one" not in str(parts["rasa"]) and "sk-one" not in str(parts["valkey"])
    off = {part.name: part.env for part in parts_with(plan({}, place), place, SYSTEM, served)}
    assert not given.keys() & off["actions"].keys()


def test_secrets_are_made_once_and_differ_between_installations(place: Installation, tmp_path: Path) -> None:
    first, again = place.secrets(), place.secrets()
    other = Installation.open(tmp_path / "other").secrets()
    assert first == again
    kept, others = (json.loads((folder / "secrets.json").read_text()) for folder in (place.home, tmp_path / "other"))
    assert not set(kept.values()) & set(others.values())
    assert other != first
    assert all(len(value) >= 32 for value in kept.values())


@pytest.mark.parametrize("text", ["{", "[]", '"x"'])
def test_damaged_secrets_are_not_replaced_silently(place: Installation, text: str) -> None:
    (place.home / "secrets.json").write_text(text)
    with pytest.raises(StartError, match=r"secrets\.json is damaged"):
        place.secrets()
    assert (place.home / "secrets.json").read_text() == text


def test_no_part_but_the_gateway_knows_a_vendor(place: Installation, tmp_path: Path) -> None:
    planned = plan(REAL, place)
    parts = {part.name: part for part in parts_with(planned, place, SYSTEM, Served(tmp_path / "model.tar.gz", Path("python")))}
    assert list(parts) == ["valkey", "actions", "rasa", "gateway"]
    for name in ("valkey", "actions", "rasa"):
        assert not {key for key in parts[name].env if key.startswith(("TWILIO", "MESSENGER", "INTERNAL"))}
        known = {value for key, value in REAL.items() if key != "PUBLIC_URL"}  # which is public: articles' links begin with it
        assert not set(parts[name].env.values()) & known
    assert parts["gateway"].env["TWILIO_AUTH_TOKEN"] == REAL["TWILIO_AUTH_TOKEN"]
    for part in parts.values():
        assert not {"PYTHONDONTWRITEBYTECODE", "AWS_SECRET_ACCESS_KEY"} & set(part.env)
        assert not [
            word for word in part.command if planned.secrets.valkey_password in word or planned.settings.rasa_token in word
        ]


def test_rasa_and_the_actions_share_a_token_that_nobody_else_has(place: Installation, tmp_path: Path) -> None:
    served = Served(tmp_path / "model.tar.gz", Path("python"))
    planned = plan(REAL, place)
    parts = {part.name: part for part in parts_with(planned, place, SYSTEM, served)}
    token = parts["actions"].env["ACTION_TOKEN"]
    assert len(token) >= 32 and parts["rasa"].env["ACTION_TOKEN"] == token and token == plan(REAL, place).settings.action_token
    assert token not in [*parts["gateway"].env.values(), *parts["valkey"].env.values()] and token not in repr(planned)
    assert plan(REAL | {"ACTION_TOKEN": "o" * 32}, place).settings.action_token == "o" * 32
    with pytest.raises(ConfigError, match="ACTION_TOKEN"):
        plan(REAL | {"ACTION_TOKEN": "short"}, place)


def test_own_servers_are_not_started(place: Installation) -> None:
    values = {"REDIS_URL": "redis://cache.example/1", "RASA_URL": "http://rasa.example:5005", "RASA_TOKEN": "t" * 32}
    planned = plan(values, place)
    parts = parts_with(planned, place, SYSTEM, None)
    assert [part.name for part in parts] == ["gateway"]
    assert parts[0].env["RASA_URL"] == values["RASA_URL"]


def test_env_file_slips_are_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("TWILIO_AUTHTOKEN=x\n")
    with pytest.raises(ConfigError, match=r"TWILIO_AUTHTOKEN in \.env .* did you mean TWILIO_AUTH_TOKEN\?"):
        read_env_file(file)


def test_env_file_values(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# comment\nPUBLIC_PORT=9000\nPUBLIC_URL=\nHTTPS_PROXY=http://proxy\nMESSENGER_APP_SECRET='a$b'\n")
    assert read_env_file(file) == {"PUBLIC_PORT": "9000", "HTTPS_PROXY": "http://proxy", "MESSENGER_APP_SECRET": "a$b"}


@pytest.mark.parametrize(
    ("text", "line"),
    [("PUBLIC_PORT: 9000\n", 1), ("# ours\n\nLOG_LEVEL=info\n\nnot a setting\n", 5), ("LOG_LEVEL=info\n'open\n", 2)],
)
def test_a_line_that_cannot_be_read_is_not_passed_over(tmp_path: Path, text: str, line: int) -> None:
    """`PUBLIC_PORT: 9000` was left out with a mutter, and the start went on with the default."""
    file = tmp_path / ".env"
    file.write_text(text)
    with pytest.raises(ConfigError, match=rf"^\.env, line {line}: it cannot be read; write NAME=value\.$"):
        read_env_file(file)


def test_a_file_that_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes("PUBLIC_PORT=9000".encode("utf-16"))
    with pytest.raises(ConfigError, match=r"^\.env cannot be read \(UnicodeDecodeError\)"):
        read_env_file(file)


def test_the_mark_that_windows_writes_at_the_top_is_none_of_the_name(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"\xef\xbb\xbfPUBLIC_PORT=9000\r\n")
    assert read_env_file(file) == {"PUBLIC_PORT": "9000"}


def test_the_inner_ports_are_free_and_none_that_an_outgoing_connection_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(set(environment.free_ports(3))) == 3 and max(environment.free_ports(3)) < 32_000
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(environment, "INNER_PORTS", [taken.getsockname()[1]])
        with pytest.raises(StartError, match="No free port"):
            environment.free_ports(1)
