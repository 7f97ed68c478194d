"""The agents of the desk: list them, add one, set a role, give a new one-time password, disable, enable, remove.

``python -m gateway.commands.agents list``, ``... add bo --name "Bo Lindqvist" --phone +12025550100``, ``... reset bo``; so
``disable``, ``enable``, ``remove``; ``... role bo --role supervisor``. Who is disabled or removed is signed out at once, is
rung by nothing, is out of a call (``voice.agents.leaving``), and their conversations are back in line, of which their
customers are told. Which store: ``gateway.commands.on_store``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import redis.asyncio as redis

from bot.handoff.lifecycle import HandoffBook
from bot.handoff.states import LEFT, given_up
from bot.model import Handoff, now
from bot.redis_store.handoffs import RedisHandoffs
from bot.redis_store.transcripts import RedisTranscripts
from bot.redis_store.turns import RedisBulletin
from desk.accounts.agent import AgentError
from desk.accounts.roles import Role
from desk.agents import OPERATOR, ROLES, AgentDirectory
from desk.presence import Presence
from desk.sessions import SessionStore
from gateway.commands.on_store import facts_on, on_store, told

DONE = {"disable": "disabled", "enable": "enabled", "remove": "removed"}


def back_in_line(handoff: Handoff, username: str) -> Handoff:
    """A conversation of theirs waits again, at its place."""
    mine = handoff.held and handoff.agent == username
    return given_up(handoff, now(), LEFT) if mine else handoff  # a gateway tells the customer (``People.tell_of_leaving``)


async def give_back(client: redis.Redis, username: str) -> int:
    """All of their conversations; how many."""
    book = HandoffBook(RedisHandoffs(client, facts_on(client)), RedisTranscripts(client), RedisBulletin(client), now)
    theirs = [one for one in await book.handoffs.listing() if one.agent == username]
    for one in theirs:
        await book.change(one.id, lambda handoff: back_in_line(handoff, username))
    return len(theirs)


async def listing(client: redis.Redis) -> str:
    """One line for each agent."""
    agents = AgentDirectory(client)
    there = {agent.username for agent in await Presence(agents, SessionStore(client, clock=now), now).at_desk()}
    lines = []
    for agent in await agents.all():
        state = "disabled" if agent.disabled else "at the desk" if agent.username in there else "not there"
        answers = "in the browser" if agent.in_browser else agent.phone or "in writing"
        lines.append(f"{agent.username:20} {agent.display_name:24} {agent.role:10} {state:12} {answers}")
    return "\n".join(lines) or "There is no agent yet."


async def do(client: redis.Redis, asked: argparse.Namespace) -> str:
    """What there is to say about it. Raises AgentError, StoreUnavailable, RedisError."""
    agents = AgentDirectory(client, facts=facts_on(client))
    if asked.do == "list":
        return await listing(client)
    if asked.do == "role" or (asked.do == "add" and asked.role and not asked.name and await agents.get(asked.username)):
        await agents.set_role(asked.username, asked.role)
        return f"{asked.username}: {asked.role} from now on."
    if asked.do in ("add", "reset"):
        return await one_time(agents, asked)
    await {"disable": agents.disable, "enable": agents.enable, "remove": agents.remove}[asked.do](asked.username)
    if asked.do == "enable":
        return f"{asked.username}: {DONE[asked.do]}."
    await SessionStore(client, clock=now, facts=facts_on(client)).end_all(asked.username, OPERATOR)
    count = await give_back(client, asked.username)
    return f"{asked.username}: {DONE[asked.do]}" + (f"; {count} conversations are back in line" if count else "") + "."


async def one_time(agents: AgentDirectory, asked: argparse.Namespace) -> str:
    """Add somebody, or reset their password; what they are to be told."""
    if asked.do == "reset":
        made = await agents.reset(asked.username)
    else:
        made = await agents.add(asked.username, asked.name, asked.phone, role=asked.role or Role.AGENT)
    return f"{made.username}: one-time password {made.password}"


def read_arguments(given: Sequence[str]) -> argparse.Namespace:
    """What was asked for; SystemExit with a usage line when it makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m gateway.commands.agents", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("do", choices=("list", "add", "reset", "role", *DONE))
    parser.add_argument("username", nargs="?", default="")
    parser.add_argument("--name", help="what colleagues and customers read (add only)")
    parser.add_argument("--phone", default="", help="number or SIP address that is rung (add only)")
    parser.add_argument("--role", choices=ROLES, help="what they may do at the desk: docs/desk-admin.md (add, role)")
    asked = parser.parse_args(given)
    if asked.do == "role" and not asked.role:
        parser.error("role: which? (ROLE=agent, supervisor, designer or admin)")
    if asked.do != "list" and not asked.username:
        parser.error(f"{asked.do}: whom? (NAME=...)")
    return asked


async def run(url: str, asked: argparse.Namespace) -> str:
    """Do it on that store."""
    return await on_store(url, lambda client: do(client, asked))


def main() -> int:
    """0; 1 with a sentence when it was refused or Redis is away; 2 when REDIS_URL is wrong."""
    asked = read_arguments(sys.argv[1:])
    return told(lambda url: run(url, asked), _not_done, refused=(AgentError,))


def _not_done(error: Exception) -> str:
    return f"Not done: {error if isinstance(error, AgentError) else 'Redis cannot be reached.'}"


if __name__ == "__main__":
    sys.exit(main())
