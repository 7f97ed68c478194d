"""``make agent``: somebody leaves, and nothing of the desk reaches them any more."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.model import ChannelName, Handoff, HandoffState, now
from bot.redis_store.client.base import connect
from bot.redis_store.handoffs import RedisHandoffs
from desk.agents import AgentDirectory
from desk.presence import Presence
from desk.sessions import SessionStore
from gateway.commands.agents import read_arguments, run
from gateway.commands.on_store import redis_url as store_of
from gateway.settings.env_file import read_values
from gateway.settings.kinds import ConfigError
from tests.desk.conftest import PASSWORD, cheap_passwords
from tests.gateway.conftest import House
from tests.gateway.test_staffing import hands_over


async def said(redis_url: str, *words: str) -> str:
    return await run(redis_url, read_arguments(words))


@pytest.mark.parametrize("leaves", ["disable", "remove"])
async def test_who_leaves_is_signed_out_rung_by_nothing_and_keeps_no_conversation(redis_url: str, leaves: str) -> None:
    client = connect(redis_url)
    agents = AgentDirectory(client, cheap_passwords())
    assert "one-time password" in await said(redis_url, "add", "bo", "--name", "Bo Lind", "--phone", "+1 202 555 0161")
    await SessionStore(client, clock=now).begin(await agents.set_password("bo", PASSWORD))
    presence, handoffs = Presence(agents, SessionStore(client, clock=now), now), RedisHandoffs(client)
    assert await presence.phones() == [("bo", "+12025550161")] and "at the desk" in await said(redis_url, "list")
    handoff = Handoff("h_1", "c_1", "p_1", HandoffState.WAITING, "asked", "general", ChannelName.WEB, now())
    await handoffs.create(handoff)
    await handoffs.update("h_1", lambda one: replace(one, state=HandoffState.ASSIGNED, agent="bo"))

    assert "1 conversations are back in line" in await said(redis_url, leaves, "bo")
    assert await presence.phones() == [] and await presence.how_many() == 0
    assert await agents.authenticate("bo", PASSWORD) is None
    kept = await handoffs.get("h_1")
    assert kept and (kept.state, kept.agent) == (HandoffState.WAITING, None)
    await client.aclose()


async def test_who_is_enabled_again_has_the_password_of_before(redis_url: str) -> None:
    client = connect(redis_url)
    agents = AgentDirectory(client, cheap_passwords())
    await agents.add("bo")
    await agents.set_password("bo", PASSWORD)
    await said(redis_url, "disable", "bo")
    assert "disabled" in await said(redis_url, "list")
    await said(redis_url, "enable", "bo")
    assert await agents.authenticate("bo", PASSWORD) is not None
    await client.aclose()


async def test_a_supervisor_is_made_by_their_role_which_is_kept_with_them(redis_url: str) -> None:
    client = connect(redis_url)
    agents = AgentDirectory(client, cheap_passwords(), supervisors=frozenset({"named"}))
    await said(redis_url, "add", "bo", "--role", "supervisor")
    await said(redis_url, "add", "kim")
    await said(redis_url, "add", "named")
    assert [await agents.supervises(name) for name in ("bo", "kim", "named", "nobody")] == [True, False, True, False]
    assert "kim: supervisor from now on" in await said(redis_url, "add", "kim", "--role", "supervisor")
    assert "bo: agent from now on" in await said(redis_url, "role", "bo", "--role", "agent")
    assert [await agents.supervises(name) for name in ("bo", "kim")] == [False, True]
    await said(redis_url, "disable", "kim")
    assert not await agents.supervises("kim") and not await agents.may_work("kim") and await agents.may_work("bo")
    await client.aclose()


def test_the_store_is_found_as_the_gateway_finds_it(tmp_path: Path) -> None:
    """The environment wins over ``.env``; Sentinel and Cluster are forms like any other; else the running installation."""
    file = tmp_path / ".env"
    for url in ("redis+sentinel://:secret@one:26379,two:26379/mymaster", "redis+cluster://:secret@one:7000,two:7000"):
        file.write_text(f"REDIS_URL={url}\n")
        assert store_of(read_values(file, {})) == url
        assert store_of(read_values(file, {"REDIS_URL": "redis://other:1/0"})) == "redis://other:1/0"
    file.write_text(f"ONETHREAD_HOME={tmp_path}\n")
    (tmp_path / "running.json").write_text('{"redis_url": "redis://running:2/0"}')
    assert store_of(read_values(file, {})) == "redis://running:2/0"
    (tmp_path / "running.json").unlink()
    with pytest.raises(ConfigError, match="nothing runs"):
        store_of(read_values(file, {}))


@pytest.mark.parametrize("module", ["agents", "redrive", "retention"])
def test_no_command_takes_a_secret_on_its_command_line(module: str) -> None:
    """What stands there, everybody on the machine can read."""
    asked = subprocess.run(
        [sys.executable, "-m", f"gateway.commands.{module}", "--help"], capture_output=True, text=True, check=True
    )
    assert not re.search(r"--\S*(url|password|secret|token)", asked.stdout)


@pytest.mark.parametrize(
    "words", [["disable"], ["add"], ["remove"], ["dance", "bo"], ["role", "bo"], ["add", "bo", "--role", "boss"]]
)
def test_what_makes_no_sense_is_a_usage_line(words: list[str], capsys: Any) -> None:
    with pytest.raises(SystemExit):
        read_arguments(words)
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("leaves", ["disable", "remove"])
async def test_the_customer_is_told_once_where_they_are_that_the_agent_left(house: House, redis_url: str, leaves: str) -> None:
    agents, people = house.core.desk.agents, house.core.people
    for username in ("bo", "kim"):
        await agents.add(username, username.title())
        await house.core.desk.presence.sessions.begin(await agents.set_password(username, PASSWORD))
    house.outside.rasa = hands_over
    await house.texts("a person", "SM" + "1" * 32)
    await house.outside.has(house.outside.texts, 1)
    (handoff,) = await people.listing()
    await people.accept(handoff.id, "bo", None)
    assert "1 conversations" in await said(redis_url, leaves, "bo")
    assert (await people.tell_of_leaving(), await people.tell_of_leaving()) == (1, 0)
    await house.emptied()
    told = [text["Body"] for text in house.outside.texts if "had to leave" in text["Body"]]
    assert told == ["I'm sorry, our colleague had to leave. You keep your place, and the next one is being asked."]
    assert told[0] in [line.text for line in (await people.view(handoff.id)).transcript]


async def test_with_nobody_left_that_is_said_and_who_was_accepted_again_hears_nothing_of_it(house: House, redis_url: str) -> None:
    agents, people = house.core.desk.agents, house.core.people
    await agents.add("bo", "Bo")
    house.outside.rasa = hands_over
    for number in (1, 2):
        await house.texts("a person", "SM" + str(number) * 32, f"+1212555014{number}")
    await house.outside.has(house.outside.texts, 2)
    first, second = await people.listing()
    for one in (first, second):
        await people.accept(one.id, "bo", None)
    await said(redis_url, "disable", "bo")
    await people.accept(second.id, "kim", None)
    await people.tell_of_leaving()
    await house.emptied()
    told = [(text["To"], text["Body"]) for text in house.outside.texts if "had to leave" in text["Body"]]
    assert len(told) == 1 and "None of our colleagues is at the desk" in told[0][1]
