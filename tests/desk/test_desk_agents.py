"""The directory of agents: one-time passwords, rules, the command."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.ports import StoreUnavailable
from desk.agents import AgentDirectory, AgentError, clean_phone, main
from desk.passwords import WeakPassword, check_new, one_time_password

CHOSEN = "correct horse battery"


async def test_first_agent_tells_a_working_password_until_one_is_chosen(agents: AgentDirectory) -> None:
    first, second = await agents.first_agent(), await agents.first_agent()
    assert first and second and first.username == second.username == "agent"
    assert await agents.authenticate("agent", first.password) is None  # the former stopped working
    assert await agents.authenticate("agent", second.password)
    await agents.set_password("agent", CHOSEN)
    assert await agents.first_agent() is None


async def test_first_agent_is_silent_when_there_are_others(agents: AgentDirectory) -> None:
    await agents.add("ana")
    assert await agents.first_agent() is None
    assert await agents.get("agent") is None


async def test_one_time_password_is_good_for_one_sign_in_even_at_once(agents: AgentDirectory) -> None:
    made = await agents.add("ana")
    tries = await asyncio.gather(*(agents.authenticate("ana", made.password) for _ in range(4)))
    assert [agent.username for agent in tries if agent] == ["ana"]
    assert await agents.authenticate("ana", made.password) is None


async def test_a_chosen_password_is_good_again_and_again(agents: AgentDirectory) -> None:
    await agents.add("ana")
    await agents.set_password("ana", CHOSEN)
    for username in ("ana", " ANA "):
        agent = await agents.authenticate(username, CHOSEN)
        assert agent and not agent.must_change_password


async def test_reset_ends_the_old_password(agents: AgentDirectory) -> None:
    await agents.add("ana")
    before = await agents.set_password("ana", CHOSEN)
    made = await agents.reset("ana")
    after = await agents.get("ana")
    assert after and after.must_change_password and after.password_id != before.password_id
    assert await agents.authenticate("ana", CHOSEN) is None
    assert await agents.authenticate("ana", made.password)


async def test_only_a_hash_is_stored(agents: AgentDirectory, redis: Redis) -> None:
    made = await agents.add("ana")
    stored = await redis.hgetall("ot:agent:ana")
    assert stored[b"password_hash"].startswith(b"$argon2id$")
    assert made.password.encode() not in b" ".join(stored.values())
    assert made.password not in repr(made) and made.password not in repr(await agents.get("ana"))


@pytest.mark.parametrize("username", ["", "a", "Ana", "a b", "a/b", "-ana", "x" * 33])
async def test_usernames_that_are_refused(agents: AgentDirectory, username: str) -> None:
    with pytest.raises(AgentError, match="2 to 32"):
        await agents.add(username)


async def test_unknown_and_taken_names(agents: AgentDirectory) -> None:
    await agents.add("ana")
    with pytest.raises(AgentError, match="already"):
        await agents.add("ana")
    with pytest.raises(AgentError, match="no agent"):
        await agents.reset("bo")


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("short", "at least 12"), ("a" * 257, "at most 256"), ("aaaaaaaaaaaaaa", "guess"), ("anareyes1234", "guess")],
)
def test_passwords_that_are_refused(password: str, sentence: str) -> None:
    with pytest.raises(WeakPassword, match=sentence):
        check_new(password, "anareyes")


def test_one_time_passwords_differ_and_pass_the_rule() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_new(password, "agent")


@pytest.mark.parametrize(
    ("typed", "kept"), [("", None), ("  ", None), ("+1 202 555 0143", "+12025550143"), ("+44 (20) 7946-0018", "+442079460018")]
)
def test_phone_is_kept_as_e164(typed: str, kept: str | None) -> None:
    assert clean_phone(typed) == kept


@pytest.mark.parametrize("typed", ["2025550143", "+1", "phone", "+1 202 555 0143 0143 0143"])
def test_phone_that_is_no_number(typed: str) -> None:
    with pytest.raises(AgentError, match="country code"):
        clean_phone(typed)


async def test_profile_and_availability(agents: AgentDirectory) -> None:
    await agents.add("ana", "Ana")
    assert (await agents.set_profile("ana", "  Ana \x07 Reyes ", "+12025550143")).display_name == "Ana Reyes"
    assert (await agents.set_available("ana", False)).available is False
    agent = await agents.get("ana")
    assert agent and agent.phone == "+12025550143" and not agent.available
    assert await agents.display_name("ana") == "Ana Reyes"
    assert await agents.display_name("gone") == "gone"


async def test_redis_away_is_store_unavailable() -> None:
    redis = Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))
    with pytest.raises(StoreUnavailable):
        await AgentDirectory(redis).first_agent()
    await redis.aclose()


async def test_the_command_adds_and_resets(redis_url: str, agents: AgentDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    async def command(*arguments: str) -> tuple[int, str, str]:
        status = await asyncio.to_thread(main, [*arguments, "--redis-url", redis_url])
        said = capsys.readouterr()
        return status, said.out, said.err

    status, out, _ = await command("add", "ana", "--name", "Ana Reyes")
    assert status == 0
    assert await agents.authenticate("ana", out.split()[-1])
    status, out, _ = await command("reset", "ana")
    assert status == 0 and await agents.authenticate("ana", out.split()[-1])
    assert await command("reset", "bo") == (1, "", "Not done: There is no agent bo.\n")
