"""The action server over HTTP, and its settings."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from pytest_aiohttp.plugin import AiohttpClient
from rasa_sdk.events import SlotSet
from rasa_sdk.interfaces import Action, ActionExecutionRejection

from actions.registry import executor_for
from actions.server import create_app
from actions.settings import SettingError, Settings
from bot.levels import Levels

SECRET = "Ana Lopez 4421"


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
    return await aiohttp_client(create_app(executor_for((Works(), Raises(), Rejects()), Levels())))


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
    assert await (await client.get("/health")).json() == {"status": "ok"}
    assert {"name": "action_works"} in await (await client.get("/actions")).json()


def test_settings_have_safe_defaults_and_keep_the_password_to_themselves() -> None:
    settings = Settings.from_environ({"DATABASE_URL": "postgresql+psycopg://bank:hush@db/bank"})
    assert (settings.host, settings.port) == ("127.0.0.1", 5055)
    assert "hush" not in repr(settings)


@pytest.mark.parametrize("port", ["x", "-1", "70000", "5055 "])
def test_a_wrong_port_is_named(port: str) -> None:
    with pytest.raises(SettingError, match="ACTION_PORT"):
        Settings.from_environ({"ACTION_PORT": port})
