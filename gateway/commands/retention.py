"""What is kept of people who have been silent for long, and of one who asks to be forgotten: to count, and to delete.

``python -m gateway.commands.retention --days 400`` counts; with ``--delete`` it deletes from Redis and the cold store (the
gateways do that every night by ``domain/_retention.yml``). ``--person +12125550147`` (or ``messenger:...``, ``web:...``, an id
``c_...`` or ``p_...``) is about one, whenever they were last here: in Redis, in the records, and recordings at Twilio. Nothing
that people wrote is shown. Who is with a person or on the phone stays. Which stores: ``gateway.commands.places``. It may run
beside the gateways.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, timedelta

import redis.asyncio as redis

from bot.model import now
from bot.ports import Clock
from bot.ports.cold import ColdStore
from bot.redis_store.facts import RedisFacts
from gateway.cold import cold_in
from gateway.commands.on_store import on_store
from gateway.commands.one_person import person
from gateway.commands.places import Places, told_of
from gateway.retention.people import LEAST, Told, count_silent, forget_silent
from gateway.retention.person import BUSY, NOBODY, People, said, would_go
from records.sql import opening

MOST = 36500
NOTHING_YET = "Nothing was deleted: give the same command with DELETE=1 (--delete) to do it."


async def silent(client: redis.Redis, clock: Clock, days: int, cold: ColdStore, *, delete: bool) -> str:
    """Count, or delete, those who were silent for so long; a sentence about it. Raises StoreUnavailable."""
    span = timedelta(days=days)
    if delete:
        found = await forget_silent(client, clock, span, Told(RedisFacts(client), clock), cold)
    else:
        found = await count_silent(client, clock, span, cold)
    since = f"{found.found} silent since {found.before.astimezone(UTC):%Y-%m-%d}"
    if not delete:
        return f"{since}: what Redis and the cold store hold of them would be deleted. {NOTHING_YET}"
    deleted = f"{found.gone} deleted, with {found.handoffs} closed handoffs"
    return f"{since}: {deleted}; {found.found - found.gone} with a person, on the phone or back again."


async def one(people: People, who: str, *, delete: bool) -> str:
    """One person; sentences about it. Raises what ``People`` raises."""
    person = await people.find(who)
    if person is None:
        return NOBODY
    if not delete:
        last = person.contact and (person.contact.last_seen or person.contact.created_at)
        here = f"Last here {last:%Y-%m-%d}" if last else "In the records alone"
        return f"{here}. {would_go(await people.count(person))} {NOTHING_YET}"
    done = await people.erase(person)
    return BUSY if done is None else said(done)


def read_arguments(given: Sequence[str]) -> argparse.Namespace:
    """What was asked for; SystemExit with a usage line when it makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m gateway.commands.retention", description=(__doc__ or "").partition("\n")[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--days", type=int, help=f"who neither wrote nor called for so many days ({LEAST.days} or more)")
    which.add_argument("--person", type=person, help="one person: +12125550147, messenger:..., web:..., c_... or p_...")
    parser.add_argument("--delete", action="store_true", help="delete; otherwise it is only said what would be")
    arguments = parser.parse_args(given)
    if arguments.days is not None and arguments.days < LEAST.days:
        parser.error(f"--days must be {LEAST.days} or more: for so long a customer may undo what was joined")
    if arguments.days is not None and arguments.days > MOST:
        parser.error(f"--days must be {MOST} or less")
    return arguments


async def run(places: Places, asked: argparse.Namespace, clock: Clock = now) -> str:
    """Do it; what there is to say about it. Raises what the stores, the vendor and ``People`` raise."""

    async def work(client: redis.Redis) -> str:
        if not asked.person:
            async with opening(places.records_url, clock, create=False) as records:
                return await silent(client, clock, asked.days, cold_in(records), delete=asked.delete)
        async with places.people(client, clock) as people:
            return await one(people, asked.person, delete=asked.delete)

    return await on_store(places.redis_url, work, timeout=60.0)


def main() -> int:
    """0; 1 with a sentence when it was broken off (a store or Twilio away, a conversation held too long); 2 when a setting is
    wrong."""
    asked = read_arguments(sys.argv[1:])
    return told_of(lambda places: run(places, asked), "What was deleted so far is deleted; run it again.")


if __name__ == "__main__":
    sys.exit(main())
