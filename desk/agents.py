"""The agents who may use the desk, kept in Redis.

Keys: set ``ot:agents`` (usernames), hash ``ot:agent:<username>``. Only the argon2id hash of a password is kept.

A one-time password works for one sign-in, which must choose a new password. Lost before that?
``make agent NAME=<username> RESET=1`` makes another (``gateway.commands.agents``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, cast

from redis.asyncio import Redis

from bot.facts.audit import agent_changed
from bot.model import new_id, now
from bot.ports import Clock, Facts, NoFacts
from bot.ports.handoff_target import called
from desk.accounts import elsewhere, one_time_codes, passkeys
from desk.accounts.agent import ALERTS, AT_FIRST, USERNAME, Agent, AgentError, OneTimePassword, clean_name, clean_phone
from desk.accounts.roles import ADMINISTERS, Role, role_of
from desk.accounts.tokens import ApiTokens
from desk.accounts.work import MISSED, Status, skills_kept, status_kept, work_of
from desk.canned import store as canned_replies
from desk.passwords import Passwords, check_new, derived_password, one_time_password
from desk.store import answered, created, text

FIRST = "agent"
OPERATOR, CLOCK = "operator", "clock"
"""Who changes agents by command, and what changes them by itself."""
RESERVED = frozenset({OPERATOR, CLOCK, "openid", "gateway", "api"})
"""What stands in the records where no person did something."""
MEMBERS = "ot:agents"
ROLES = tuple(Role)
SEED_KEPT = 3600
"""Seconds for which gateways that start side by side agree on the first agent's next password."""
# Atomic, so that of two sign-ins with one one-time password one fails.
USE_UP = (
    "if redis.call('HGET', KEYS[1], 'one_time') ~= '1' then return 0 end redis.call('HSET', KEYS[1], 'one_time', '') return 1"
)
FIRST_NAME = "First agent"


class AgentDirectory:
    """Agents in Redis. Each method raises StoreUnavailable when Redis does not answer.

    ``browser`` gives the address at which an agent's browser is rung (by username); None: nobody can answer in a browser.
    ``supervisors``: usernames that the installation names as such, whatever their stored role.
    """

    def __init__(
        self,
        redis: Redis,
        passwords: Passwords | None = None,
        *,
        browser: Callable[[str], str] | None = None,
        supervisors: frozenset[str] = frozenset(),
        facts: Facts | None = None,
        clock: Clock = now,
    ) -> None:
        self._redis = redis
        self._facts = facts or NoFacts()
        self._clock = clock
        self._passwords = passwords or Passwords()
        self._browser = browser
        self._supervisors = supervisors

    @property
    def browsers(self) -> bool:
        """Whether agents may answer in their browser."""
        return self._browser is not None

    async def first_agent(self, secret: bytes) -> OneTimePassword | None:
        """Make the agent ``agent``, an admin, when there is no agent at all, and tell the password.

        Asked again it tells the same as long as ``agent`` is the only agent and has not used it, and a fresh one when it was used
        but no password was chosen; after that, None. All gateways of an installation share ``secret`` and so tell the same,
        whichever of them made it, so a start always prints one that works.
        """
        with answered():
            members = {text(name) for name in await cast(Awaitable[set[Any]], self._redis.smembers(MEMBERS))}
        record = await self._record(FIRST)
        if members - {FIRST} or (record and not record.get("must_change_password")):
            return None
        if record.get("one_time") and await self._still_is(record, secret):
            return OneTimePassword(FIRST, derived_password(secret, record["seed"]))
        return await self._make_first(record, secret)

    async def _still_is(self, record: dict[str, str], secret: bytes) -> bool:
        known = derived_password(secret, record.get("seed", ""))
        return await self._passwords.verify(record.get("password_hash"), known)

    async def _make_first(self, before: dict[str, str], secret: bytes) -> OneTimePassword:
        """Of gateways that start side by side the first one's seed counts for all; so their records are the same."""
        where = f"{MEMBERS}:first:{before.get('password_id', '')}"
        with answered():
            await self._redis.set(where, new_id("s"), nx=True, ex=SEED_KEPT)
            seed = text(await self._redis.get(where) or new_id("s"))
        profile = {} if before else {"username": FIRST, "display_name": FIRST_NAME, "available": "1", "role": Role.ADMIN}
        password = derived_password(secret, seed)
        return await self._give_one_time(FIRST, profile | {"seed": seed}, password, f"p_{seed}")

    async def add(
        self, username: str, display_name: str | None = None, phone: str = "", *, role: str = Role.AGENT, by: str = OPERATOR
    ) -> OneTimePassword:
        """A new account with a one-time password. AgentError when the name is taken or not allowed."""
        if not USERNAME.fullmatch(username):
            raise AgentError("A username has 2 to 32 characters: a-z, 0-9, dot, dash, underscore.")
        if username in RESERVED:
            raise AgentError(f"{username} is no person's name here. Choose another username.")
        if await self.get(username):
            raise AgentError(f"There is an agent {username} already.")
        profile = {"username": username, "display_name": clean_name(display_name or username), "phone": clean_phone(phone) or ""}
        profile |= {"available": "1", "role": _known_role(role)}
        await self._told(username, "added", by)
        if role != Role.AGENT:
            await self._told(username, role, by)
        password = one_time_password()
        if not await self._create(username, profile | await self._one_time(password)):
            raise AgentError(f"There is an agent {username} already.")
        return OneTimePassword(username, password)

    async def add_elsewhere(self, username: str, display_name: str, role: str, by: str, subject: str) -> Agent | None:
        """The account of whoever is ``subject`` elsewhere: a new one that no password opens, or the one of theirs that was made
        at the same moment. None when the name is another's or not for them. AgentError when the other values are not usable."""
        if not USERNAME.fullmatch(username) or username in RESERVED | {FIRST}:
            return None
        found = await self.get(username)
        if found is None:
            profile = {"username": username, "display_name": clean_name(display_name), "available": "1"}
            profile |= {"password_id": new_id("p"), "role": _known_role(role), "elsewhere": subject}
            await self._told(username, "added", by)
            if role != Role.AGENT:
                await self._told(username, role, by)
            await self._create(username, profile)
            found = await self._known(username)
        return found if found.elsewhere == subject else None

    async def reset(self, username: str, by: str = OPERATOR) -> OneTimePassword:
        """Another one-time password; the old password and its sessions end, and with them passkeys and codes: whoever had one
        may be a thief, or have lost it. AgentError when unknown."""
        await self._must_be_known(username)
        await self._told(username, "reset", by)
        made = await self._give_one_time(username, {})
        await self._forget_factors(username)
        return made

    async def disable(self, username: str, by: str = OPERATOR) -> None:
        """They may not sign in any more; what is signed in ends at once, and so do the tokens for programs that they made.
        AgentError when unknown."""
        await self._must_be_known(username)
        await self._told(username, "disabled", by)
        await self._write(username, {"disabled": "1", "password_id": new_id("p")})
        await self._revoke_tokens(username, by)

    async def enable(self, username: str, by: str = OPERATOR) -> None:
        """They may sign in again, with the password they had. AgentError when unknown."""
        await self._must_be_known(username)
        await self._told(username, "enabled", by)
        await self._write(username, {"disabled": ""})

    async def set_role(self, username: str, role: str, by: str = OPERATOR) -> None:
        """It counts from the next request on; who is no admin any more loses the tokens that they made. AgentError when either is
        unknown."""
        known = _known_role(role)
        await self._must_be_known(username)
        await self._told(username, known, by)
        await self._write(username, {"role": known})
        if known not in ADMINISTERS:
            await self._revoke_tokens(username, by)

    async def supervises(self, username: str) -> bool:
        """Whether they may listen to calls and coach."""
        agent = await self.get(username)
        return agent is not None and agent.supervisor and not agent.disabled

    async def may_work(self, username: str) -> bool:
        """Whether there is such an agent, and they are not disabled."""
        agent = await self.get(username)
        return agent is not None and agent.works

    async def remove(self, username: str, by: str = OPERATOR) -> None:
        """Forget them, with their password; what is signed in ends at once. AgentError when unknown."""
        record = await self._record(username)
        await self._must_be_known(username)
        await self._told(username, "removed", by)
        # the record last: who dies in between removes them again; until then it opens nothing
        await self._write(username, {"disabled": "1", "password_id": new_id("p")})
        await self._revoke_tokens(username, by)
        await self._forget_factors(username)
        await canned_replies.forget(self._redis, username)  # whoever gets the name next must not read them
        if record.get("elsewhere"):
            await elsewhere.forget(self._redis, record["elsewhere"])
        with answered():
            await self._redis.delete(_key(username))
            await self._redis.srem(MEMBERS, username)

    async def _forget_factors(self, username: str) -> None:
        await passkeys.forget(self._redis, username)
        await one_time_codes.forget(self._redis, username)

    async def _revoke_tokens(self, username: str, by: str) -> None:
        await ApiTokens(self._redis, clock=self._clock, facts=self._facts).revoke_of(username, by)

    async def _told(self, username: str, change: str, by: str = OPERATOR) -> None:
        """Before it is done: what cannot be told is not done."""
        await self._facts.append([agent_changed(username, change, by, self._clock())])

    async def _must_be_known(self, username: str) -> None:
        if await self.get(username) is None:
            raise AgentError(f"There is no agent {username}.")

    async def get(self, username: str) -> Agent | None:
        """The agent of that username, or None."""
        record = await self._record(username)
        return self._agent(record) if record.get("username") else None  # else a late write to somebody who was removed

    async def all(self) -> list[Agent]:
        """Every agent, by name."""
        with answered():
            members = await cast(Awaitable[set[Any]], self._redis.smembers(MEMBERS))
        found = await asyncio.gather(*(self.get(text(member)) for member in members))
        return sorted((agent for agent in found if agent), key=lambda agent: agent.display_name.casefold())

    async def display_name(self, username: str) -> str:
        """The agent's name for others to read, also of another desk's; the username when there is no such agent."""
        agent = await self.get(username)
        return agent.display_name if agent else called(username)

    async def authenticate(self, username: str, password: str) -> Agent | None:
        """The agent when the password is right, else None; a one-time password is used up by it."""
        record = await self._record(username.strip().casefold())
        hashed = record.get("password_hash") if record else None
        if not await self._passwords.verify(hashed, password) or record is None or hashed is None:
            return None
        agent = self._agent(record)
        if agent.disabled:
            return None
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
        await self._told(username, "password", username)
        changes = {"password_hash": hashed, "password_id": new_id("p"), "must_change_password": "", "one_time": ""}
        await self._write(username, changes)
        return await self._known(username)

    async def set_profile(self, username: str, display_name: str, phone: str, *, in_browser: bool = False) -> Agent:
        """Name and phone as typed, and whether calls are answered in the browser. AgentError with a sentence when one is
        not usable."""
        changes = {"display_name": clean_name(display_name), "phone": clean_phone(phone) or ""}
        await self._told(username, "profile", username)
        await self._write(username, changes | {"in_browser": "1" if in_browser else ""})
        return await self._known(username)

    async def set_available(self, username: str, available: bool) -> Agent:
        """Say whether the agent takes conversations now."""
        return await self.set_status(username, Status.AVAILABLE if available else Status.AWAY)

    async def set_status(self, username: str, status: Status, reason: str = "", by: str = "") -> Agent:
        """What the agent does just now, and why. It is told of, so that the day can be read. ``by``: who said so, if not they."""
        await self._told(username, status, by or username)
        await self._write(username, status_kept(status, reason, self._clock()))
        return await self._known(username)

    async def missed(self, username: str) -> None:
        """They let pass what the line offered them: others are asked, until they say that they are there."""
        agent = await self.get(username)
        if agent is not None and agent.available:
            await self.set_status(username, Status.AWAY, MISSED, CLOCK)

    async def set_skills(
        self, username: str, skills: Iterable[str], languages: Iterable[str], chats: int | None, by: str = OPERATOR
    ) -> Agent:
        """What they know and speak (two letters each), and how many conversations in writing they have at once. AgentError when
        unknown."""
        await self._must_be_known(username)
        await self._told(username, "skills", by)
        await self._write(username, skills_kept(skills, languages, chats))
        return await self._known(username)

    async def set_alerts(self, username: str, alerts: Iterable[str]) -> Agent:
        """What of ALERTS the agent wants."""
        await self._write(username, {"alerts": " ".join(["-", *(one for one in ALERTS if one in set(alerts))])})
        return await self._known(username)

    async def _give_one_time(
        self, username: str, profile: dict[str, str], password: str | None = None, password_id: str | None = None
    ) -> OneTimePassword:
        password = password or one_time_password()
        await self._write(username, profile | await self._one_time(password, password_id))
        return OneTimePassword(username, password)

    async def _one_time(self, password: str, password_id: str | None = None) -> dict[str, str]:
        """What is written of a one-time password."""
        hashed = await self._passwords.hash(password)
        return {
            "password_hash": hashed,
            "password_id": password_id or new_id("p"),
            "must_change_password": "1",
            "one_time": "1",
        }

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
        """The list first: a name in it without a record is nobody, a record that is not listed could sign in unseen. On a
        Cluster the two lie on different nodes, so that one transaction cannot hold them."""
        with answered():
            await self._redis.sadd(MEMBERS, username)
            await self._redis.hset(_key(username), mapping=cast(Any, changes))

    async def _create(self, username: str, record: dict[str, str]) -> bool:
        """A new account; False when there is one, be it made at the same moment. The list first, as in ``_write``."""
        with answered():
            await self._redis.sadd(MEMBERS, username)
        return await created(self._redis, _key(username), record)

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
            disabled=bool(record.get("disabled")),
            role=self._role(record),
            work=work_of(record),
            elsewhere=record.get("elsewhere", ""),
            alerts=frozenset(record["alerts"].split()) & frozenset(ALERTS) if record.get("alerts") else AT_FIRST,
        )

    def _role(self, record: dict[str, str]) -> Role:
        """An agent whom the installation names is a supervisor, whatever the record says; but not who came from elsewhere, where
        anybody may choose a name."""
        role = role_of(record.get("role", ""))
        named = record["username"] in self._supervisors and not record.get("elsewhere")
        return Role.SUPERVISOR if role is Role.AGENT and named else role


def _known_role(role: str) -> Role:
    if role not in set(Role):
        raise AgentError(f"The role is one of {', '.join(ROLES)}.")
    return Role(role)


def _key(username: str) -> str:
    return f"ot:agent:{username}"
