"""The action server over HTTP, and its settings."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

import pytest
from pytest_aiohttp.plugin import AiohttpClient
from rasa_sdk.events import SlotSet
from rasa_sdk.interfaces import Action, ActionExecutionRejection

from actions.bank import Bank, engine_for
from actions.registry import bank_skills
from bot.ports.levels import Levels
from bot.skills.action_server.app import create_app
from bot.skills.action_server.guard import executor_for
from bot.skills.action_server.second_factor import second_factor
from bot.skills.action_server.settings import SettingError, Settings
from bot.skills.parsing.names import Names, NoPeople
from bot.skills.registry import all_actions
from tests.talking.training import ROOT

SECRET = "Ana Lopez 4421"
TOKEN = "t" * 32
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class Works(Action):
    """Sets a slot."""

    def name(self) -> str:
        return "action_works"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(response="utter_done")
        return [SlotSet("seen", tracker.get_slot("given"))]


class Raises(Works):
    """Fails, with a customer's data in the error."""

    def name(self) -> str:
        return "action_raises"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        raise RuntimeError(SECRET)


class Rejects(Works):
    """Declines."""

    def name(self) -> str:
        return "action_rejects"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        raise ActionExecutionRejection(self.name(), "no")


def call(name: str) -> dict[str, Any]:
    """What Rasa sends."""
    state = {"sender_id": "c_1", "slots": {"given": 7}, "latest_message": {}, "events": [], "paused": False}
    tracker = {**state, "followup_action": None, "active_loop": {}, "latest_action_name": None}
    return {"next_action": name, "sender_id": "c_1", "tracker": tracker, "domain": {}}


@pytest.fixture
async def client(aiohttp_client: AiohttpClient) -> Any:
    """The action server, asked by Rasa."""
    return await aiohttp_client(create_app(executor_for((Works(), Raises(), Rejects()), Levels()), TOKEN), headers=BEARER)


@pytest.fixture
async def stranger(bank: Bank, aiohttp_client: AiohttpClient) -> Any:
    """The whole bank's action server, asked by a program on this machine that is not Rasa."""
    server = executor_for(all_actions(bank_skills(bank, Names(NoPeople()))), Levels.from_domain(ROOT / "domain"))
    return await aiohttp_client(create_app(server, TOKEN, second_factor(bank.pin_is, TOKEN)))


def as_proven(name: str) -> dict[str, Any]:
    """A call that says of itself that the customer has proved everything."""
    body = call(name)
    body["tracker"]["latest_message"] = {"metadata": {"proof": "proven", "tel": "+16175550104", "channel": "web"}}
    return body


WRONG = [
    {},
    {"Authorization": "Bearer "},
    {"Authorization": "Bearer"},
    {"Authorization": TOKEN},
    {"Authorization": f"Basic {TOKEN}"},
    {"Authorization": f"Bearer {TOKEN[:-1]}"},
    {"Authorization": f"Bearer {TOKEN}x"},
    {"Authorization": f"Bearer {TOKEN.upper()}"},
    {"Authorization": "Bearer \u00e9\udcff"},
    {"X-Forwarded-For": "127.0.0.1"},
]


@pytest.mark.parametrize("headers", WRONG, ids=repr)
@pytest.mark.parametrize("name", ["action_balance", "action_delivery", "action_raise_limit", "action_unknown"])
async def test_whoever_has_no_token_is_told_nothing_whatever_they_say_of_themselves(
    stranger: Any, name: str, headers: dict[str, str]
) -> None:
    answer = await stranger.post("/webhook", json=as_proven(name), headers=headers)
    said = await answer.text()
    assert (answer.status, said) == (401, '{"error": "a valid bearer token is needed"}')


async def test_with_the_token_the_same_call_is_answered(stranger: Any) -> None:
    answer = await stranger.post("/webhook", json=as_proven("action_balance"), headers=BEARER)
    assert answer.status == 200 and "941.33" in await answer.text()


@pytest.mark.parametrize("given", ["?token=" + TOKEN, ""])
async def test_neither_the_list_of_actions_nor_a_token_in_the_address_opens_it(stranger: Any, given: str) -> None:
    assert (await stranger.post(f"/webhook{given}", json=as_proven("action_balance"))).status == 401
    assert (await stranger.get(f"/actions{given}")).status == 401
    assert (await stranger.get("/health")).status == 200


async def test_without_a_token_of_its_own_it_answers_nobody(aiohttp_client: AiohttpClient) -> None:
    client = await aiohttp_client(create_app(executor_for((Works(),), Levels()), ""))
    for headers in ({}, {"Authorization": "Bearer "}):
        assert (await client.post("/webhook", json=call("action_works"), headers=headers)).status == 401


async def test_an_action_runs(client: Any) -> None:
    answer = await client.post("/webhook", json=call("action_works"))
    body = await answer.json()
    assert answer.status == 200
    assert body["events"] == [{"event": "slot", "timestamp": None, "name": "seen", "value": 7}]
    assert [message["response"] for message in body["responses"]] == ["utter_done"]


@pytest.mark.parametrize(("name", "status"), [("action_rejects", 400), ("action_unknown", 404), ("action_raises", 500)])
async def test_failures_have_a_status_and_name_the_action(client: Any, name: str, status: int) -> None:
    answer = await client.post("/webhook", json=call(name))
    assert answer.status == status and (await answer.json())["action_name"] == name


async def test_a_failure_tells_nothing_of_the_customer(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = await client.post("/webhook", json=call("action_raises"))
    assert SECRET not in await answer.text() and SECRET not in caplog.text
    assert "action failed" in caplog.text


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"{}", b'{"next_action": 1, "tracker": {}}', b'{"next_action": "x"}'])
async def test_a_bad_body_is_refused(client: Any, body: bytes) -> None:
    assert (await client.post("/webhook", data=body)).status == 400


async def test_health_and_actions(client: Any) -> None:
    assert await (await client.get("/health")).json() == {"status": "ok", "database": True}
    assert {"name": "action_works"} in await (await client.get("/actions")).json()


def test_settings_have_safe_defaults_and_keep_the_tokens_to_themselves() -> None:
    settings = Settings.from_environ({"ACTION_TOKEN": TOKEN, "SECOND_FACTOR_TOKEN": "hush" * 8})
    assert (settings.host, settings.port) == ("127.0.0.1", 5055)
    assert "hush" not in repr(settings) and TOKEN not in repr(settings)


@pytest.mark.parametrize("port", ["x", "-1", "70000", "5055 "])
def test_a_wrong_port_is_named(port: str) -> None:
    with pytest.raises(SettingError, match="ACTION_PORT"):
        Settings.from_environ({"ACTION_TOKEN": TOKEN, "ACTION_PORT": port})


@pytest.mark.parametrize("token", ["", "short", "x" * 31])
def test_it_does_not_start_without_a_token_that_is_worth_something(token: str) -> None:
    with pytest.raises(SettingError, match="ACTION_TOKEN"):
        Settings.from_environ({"ACTION_TOKEN": token})


async def test_health_says_that_the_database_is_away_and_the_server_stays(aiohttp_client: AiohttpClient, bank: Bank) -> None:
    """A database that nobody listens for, and one that is there; then one that hangs for longer than who asks waits."""
    gone = Bank(engine_for("postgresql+psycopg://bank:hush@127.0.0.1:1/bank"))

    async def hangs() -> bool:
        await asyncio.Event().wait()
        return True

    for database, there in (
        (partial(asyncio.to_thread, gone.reached), False),
        (partial(asyncio.to_thread, bank.reached), True),
        (hangs, False),
    ):
        client = await aiohttp_client(create_app(executor_for((Works(),), Levels()), TOKEN, database=database))
        answer = await client.get("/health")
        said = await answer.json()
        assert (answer.status, said) == (200, {"status": "ok" if there else "degraded", "database": there})
        assert "hush" not in str(said)
