"""The directory of agents: one-time passwords, rules, the command."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.ports import StoreUnavailable
from desk.accounts.agent import AgentError, clean_phone
from desk.agents import AgentDirectory
from desk.passwords import WeakPassword, check_new, derived_password, one_time_password

CHOSEN = "correct horse battery"
OURS = b"shared by all gateways"


async def test_first_agent_tells_a_working_password_until_one_is_chosen(agents: AgentDirectory) -> None:
    first, again = await agents.first_agent(OURS), await agents.first_agent(OURS)
    assert first and first == again and first.username == "agent"
    assert await agents.authenticate("agent", first.password)
    fresh = await agents.first_agent(OURS)  # it was used, and no password was chosen
    assert fresh and fresh != first
    assert await agents.authenticate("agent", first.password) is None
    assert await agents.authenticate("agent", fresh.password)
    await agents.set_password("agent", CHOSEN)
    assert await agents.first_agent(OURS) is None


@pytest.mark.parametrize("used", [False, True], ids=["at the first start of all", "after it was used and none was chosen"])
async def test_gateways_that_start_side_by_side_all_tell_the_same_working_password(redis: Redis, used: bool) -> None:
    gateways = [AgentDirectory(redis) for _ in range(4)]
    if used:
        made = await gateways[0].first_agent(OURS)
        assert made and await gateways[0].authenticate("agent", made.password)
    told = await asyncio.gather(*(gateway.first_agent(OURS) for gateway in gateways))
    assert len(set(told)) == 1 and told[0]
    later = AgentDirectory(redis)  # a rolling restart
    assert await later.first_agent(OURS) == told[0]
    assert await later.authenticate("agent", told[0].password)


async def test_who_does_not_know_the_token_cannot_work_the_first_password_out(agents: AgentDirectory, redis: Redis) -> None:
    made = await agents.first_agent(OURS)
    record = {k.decode(): v.decode() for k, v in (await redis.hgetall("ot:agent:agent")).items()}
    assert made and made.password not in str(record)
    assert derived_password(b"another", record["seed"]) != made.password == derived_password(OURS, record["seed"])


async def test_after_the_token_changed_a_start_tells_one_that_works(agents: AgentDirectory) -> None:
    await agents.first_agent(OURS)
    fresh = await agents.first_agent(b"another token")
    assert fresh and await agents.authenticate("agent", fresh.password)


async def test_first_agent_is_silent_when_there_are_others(agents: AgentDirectory) -> None:
    await agents.add("ana")
    assert await agents.first_agent(OURS) is None
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
        await AgentDirectory(redis).first_agent(OURS)
    await redis.aclose()


async def test_a_write_that_comes_after_the_removal_makes_nobody_and_keeps_nobody_out(agents: AgentDirectory) -> None:
    await agents.add("bo")
    await agents.remove("bo")
    await agents._write("bo", {"disabled": "1"})
    assert await agents.get("bo") is None and await agents.all() == []
    made = await agents.add("bo")
    assert await agents.authenticate("bo", made.password) is not None
