"""The agents who may use the desk, kept in Redis; and a command to add them.

Keys: set ``ot:agents`` (usernames), hash ``ot:agent:<username>``. Only the argon2id hash of a password is kept.

A one-time password works for one sign-in, which must choose a new password. Lost before that?
``python -m desk.agents reset <username> --redis-url redis://...`` makes another.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import phonenumbers
from redis.asyncio import Redis

from bot.model import new_id
from bot.ports import StoreUnavailable
from desk.passwords import Passwords, check_new, one_time_password
from desk.store import answered, text

FIRST = "agent"
MEMBERS = "ot:agents"
# Atomic, so that of two sign-ins with one one-time password one fails.
USE_UP = (
    "if redis.call('HGET', KEYS[1], 'one_time') ~= '1' then return 0 end redis.call('HSET', KEYS[1], 'one_time', '') return 1"
)
SIP = re.compile(r"sips?:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}(:\d{1,5})?", re.ASCII)
"""A desk phone or soft phone: https://www.twilio.com/docs/voice/api/sip-making-calls"""
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


@dataclass(frozen=True, slots=True)
class Agent:
    """Who answers. ``username`` is what the core knows an agent by; ``phone`` is E.164 or a SIP address; ``browser`` is the
    address of their browser when they answer calls in it.

    ``password_id`` changes with each password, and a session made with an older one is over.
    """

    username: str
    display_name: str
    phone: str | None = None
    available: bool = True
    must_change_password: bool = False
    password_id: str = field(default="", repr=False)
    browser: str | None = field(default=None, repr=False)

    @property
    def in_browser(self) -> bool:
        """Whether calls are answered in the browser."""
        return self.browser is not None

    @property
    def rings(self) -> str | None:
        """What is rung for a call; None when they answer by message only."""
        return self.browser or self.phone


@dataclass(frozen=True, slots=True)
class OneTimePassword:
    """To be told to the agent once; it is not kept."""

    username: str
    password: str = field(repr=False)


class AgentError(ValueError):
    """Refused; the message is a sentence for whoever asked."""


def clean_phone(typed: str) -> str | None:
    """E.164 of what was typed (or a SIP address), None when nothing was. AgentError when it is neither."""
    if not typed.strip():
        return None
    if SIP.fullmatch(typed.strip()):
        return typed.strip()
    try:
        number = phonenumbers.parse(typed, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise AgentError("Write the phone number with + and the country code, like +1 202 555 0100, or a SIP address.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def clean_name(typed: str) -> str:
    """A display name without control characters. AgentError when it is empty or over 60 characters."""
    name = " ".join("".join(c for c in typed if unicodedata.category(c)[0] != "C" or c == " ").split())
    if not 1 <= len(name) <= 60:
        raise AgentError("The name needs 1 to 60 characters.")
    return name


class AgentDirectory:
    """Agents in Redis. Each method raises StoreUnavailable when Redis does not answer.

    ``browser`` gives the address at which an agent's browser is rung (by username); None: nobody can answer in a browser.
    """

    def __init__(self, redis: Redis, passwords: Passwords | None = None, *, browser: Callable[[str], str] | None = None) -> None:
        self._redis = redis
        self._passwords = passwords or Passwords()
        self._browser = browser

    @property
    def browsers(self) -> bool:
        """Whether agents may answer in their browser."""
        return self._browser is not None

    async def first_agent(self) -> OneTimePassword | None:
        """Make the agent ``agent`` when there is no agent at all, and tell the password.

        Asked again, it tells a fresh one (the former stops working) for as long as ``agent`` is the only
        agent and has not chosen a password; after that, None. So a start always prints one that works.
        """
        with answered():
            members = {text(name) for name in await cast(Awaitable[set[Any]], self._redis.smembers(MEMBERS))}
        if not members:
            return await self.add(FIRST, "First agent")
        first = await self.get(FIRST) if members == {FIRST} else None
        return await self.reset(FIRST) if first and first.must_change_password else None

    async def add(self, username: str, display_name: str | None = None) -> OneTimePassword:
        """A new agent with a one-time password. AgentError when the name is taken or not allowed."""
        if not USERNAME.fullmatch(username):
            raise AgentError("A username has 2 to 32 characters: a-z, 0-9, dot, dash, underscore.")
        if await self.get(username):
            raise AgentError(f"There is an agent {username} already.")
        name = clean_name(display_name or username)
        return await self._give_one_time(username, {"username": username, "display_name": name, "available": "1"})

    async def reset(self, username: str) -> OneTimePassword:
        """Another one-time password; the old password and its sessions end. AgentError when unknown."""
        if await self.get(username) is None:
            raise AgentError(f"There is no agent {username}.")
        return await self._give_one_time(username, {})

    async def get(self, username: str) -> Agent | None:
        """The agent of that username, or None."""
        record = await self._record(username)
        return self._agent(record) if record else None

    async def all(self) -> list[Agent]:
        """Every agent, by name."""
        with answered():
            members = await cast(Awaitable[set[Any]], self._redis.smembers(MEMBERS))
        found = [await self.get(text(member)) for member in members]
        return sorted((agent for agent in found if agent), key=lambda agent: agent.display_name.casefold())

    async def how_many_available(self) -> int:
        """How many agents have set themselves to available."""
        return sum(agent.available for agent in await self.all())

    async def phones(self) -> list[tuple[str, str]]:
        """Username and phone (or browser) of every agent who is available and has one."""
        return [(agent.username, agent.rings) for agent in await self.all() if agent.available and agent.rings]

    async def display_name(self, username: str) -> str:
        """The agent's name for others to read; the username when there is no such agent."""
        agent = await self.get(username)
        return agent.display_name if agent else username

    async def authenticate(self, username: str, password: str) -> Agent | None:
        """The agent when the password is right, else None; a one-time password is used up by it."""
        record = await self._record(username.strip().casefold())
        hashed = record.get("password_hash") if record else None
        if not await self._passwords.verify(hashed, password) or record is None or hashed is None:
            return None
        agent = self._agent(record)
        if agent.must_change_password and not await self._use_up(agent.username):
            return None
        if not agent.must_change_password and self._passwords.outdated(hashed):
            await self._write(agent.username, {"password_hash": await self._passwords.hash(password)})
        return agent

    async def verify(self, username: str, password: str) -> bool:
        """True when it is that agent's password; nothing is used up."""
        record = await self._record(username)
        return await self._passwords.verify(record.get("password_hash"), password)

    async def set_password(self, username: str, password: str) -> Agent:
        """Set the password an agent chose. WeakPassword when it is refused, AgentError when it is the old one."""
        check_new(password, username)
        if await self.verify(username, password):
            raise AgentError("Choose a password that differs from the present one.")
        hashed = await self._passwords.hash(password)
        changes = {"password_hash": hashed, "password_id": new_id("p"), "must_change_password": "", "one_time": ""}
        await self._write(username, changes)
        return await self._known(username)

    async def set_profile(self, username: str, display_name: str, phone: str, *, in_browser: bool = False) -> Agent:
        """Name and phone as typed, and whether calls are answered in the browser. AgentError with a sentence when one is
        not usable."""
        changes = {"display_name": clean_name(display_name), "phone": clean_phone(phone) or ""}
        await self._write(username, changes | {"in_browser": "1" if in_browser else ""})
        return await self._known(username)

    async def set_available(self, username: str, available: bool) -> Agent:
        """Say whether the agent takes conversations now."""
        await self._write(username, {"available": "1" if available else ""})
        return await self._known(username)

    async def _give_one_time(self, username: str, profile: dict[str, str]) -> OneTimePassword:
        password = one_time_password()
        hashed = await self._passwords.hash(password)
        secret = {"password_hash": hashed, "password_id": new_id("p"), "must_change_password": "1", "one_time": "1"}
        await self._write(username, profile | secret)
        return OneTimePassword(username, password)

    async def _use_up(self, username: str) -> bool:
        """True for one caller only, however many sign in at the same moment."""
        with answered():
            return bool(await self._redis.eval(USE_UP, 1, _key(username)))

    async def _record(self, username: str) -> dict[str, str]:
        if not USERNAME.fullmatch(username):
            return {}
        with answered():
            stored = await cast(Awaitable[dict[Any, Any]], self._redis.hgetall(_key(username)))
        return {text(name): text(value) for name, value in stored.items()}

    async def _write(self, username: str, changes: dict[str, str]) -> None:
        with answered():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.sadd(MEMBERS, username)
                pipe.hset(_key(username), mapping=cast(Any, changes))
                await pipe.execute()

    async def _known(self, username: str) -> Agent:
        return self._agent(await self._record(username))

    def _agent(self, record: dict[str, str]) -> Agent:
        username = record["username"]
        return Agent(
            username=username,
            display_name=record["display_name"],
            phone=record.get("phone") or None,
            available=bool(record.get("available")),
            must_change_password=bool(record.get("must_change_password")),
            password_id=record.get("password_id", ""),
            browser=self._browser(username) if self._browser and record.get("in_browser") else None,
        )


def _key(username: str) -> str:
    return f"ot:agent:{username}"


async def _command(do: str, username: str, name: str | None, redis_url: str) -> OneTimePassword:
    redis = Redis.from_url(redis_url)
    try:
        agents = AgentDirectory(redis)
        return await (agents.add(username, name) if do == "add" else agents.reset(username))
    finally:
        await redis.aclose()


def main(arguments: Sequence[str]) -> int:
    """``add`` or ``reset`` an agent; prints the one-time password. Exit status 1 with a sentence when refused."""
    parser = argparse.ArgumentParser(prog="python -m desk.agents", description="Agents of the desk.")
    parser.add_argument("do", choices=("add", "reset"))
    parser.add_argument("username")
    parser.add_argument("--name", help="what colleagues and customers read (add only)")
    parser.add_argument("--redis-url", required=True, help="the Redis of this installation, as in REDIS_URL")
    given = parser.parse_args(arguments)
    try:
        made = asyncio.run(_command(given.do, given.username, given.name, given.redis_url))
    except (ValueError, StoreUnavailable) as error:
        sys.stderr.write(f"Not done: {error}\n")
        return 1
    sys.stdout.write(f"{made.username}: one-time password {made.password}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
