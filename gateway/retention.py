"""What is kept of people who have been silent for long, and of one who asks to be forgotten: to count, and to delete.

``python -m gateway.retention --days 400`` counts; with ``--delete`` it deletes. ``--person +12125550147`` (or ``messenger:...``,
``web:...``, a conversation's id ``c_...`` from the logs) is about one, whenever they were last here. Nothing that people wrote is
shown. Who is with a person or on the phone stays. ``REDIS_URL`` as for ``gateway.redrive``. It may run beside the gateways, every
night.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, timedelta

import redis.asyncio as redis
from redis.exceptions import RedisError

from bot.linking import UNDO_WITHIN
from bot.model import Address, AddressKind, Contact, now
from bot.ports import Clock, StoreUnavailable
from bot.redis_base import connect
from bot.redis_retention import RedisRetention
from bot.redis_store import RedisContacts
from connectors.messenger_threads import RedisThreads
from connectors.web_limits import Limits
from connectors.web_log import VisitorLog
from gateway.redrive import redis_url
from gateway.values import ConfigError

LEAST = UNDO_WITHIN.days
"""Days: what a customer may still undo is not deleted."""


async def forget_silent(client: redis.Redis, clock: Clock, days: int, *, delete: bool) -> str:
    """Count, or delete, those who were silent for so long; a sentence about it. Raises StoreUnavailable."""
    before, kept = clock() - timedelta(days=days), RedisRetention(client, clock)
    found = gone = 0
    async for contact in kept.silent_since(before):
        found += 1
        if delete and (was := await kept.forget(contact, before)):
            await _forget_channels(client, was)
            gone += 1
    since = f"{found} silent since {before.astimezone(UTC):%Y-%m-%d}"
    if not delete:
        return f"{since}. Nothing was deleted (--delete does)."
    handoffs = await kept.forget_handoffs()
    return f"{since}: {gone} deleted, with {handoffs} closed handoffs; {found - gone} with a person, on the phone or back again."


async def forget_one(client: redis.Redis, clock: Clock, person: str, *, delete: bool) -> str:
    """The same for one person, by an address or the id of a conversation. Raises StoreUnavailable."""
    contact = await _found(RedisContacts(client, clock), person)
    if contact is None:
        return "Nobody is known by that."
    if not delete:
        return f"Last here {contact.last_seen or contact.created_at:%Y-%m-%d}. Nothing was deleted (--delete does)."
    kept = RedisRetention(client, clock)
    was = await kept.forget(contact)
    if was is None:
        return "Not deleted: with a person or on the phone. Close the handoff, or wait for the call's end, and try again."
    await _forget_channels(client, was)
    return f"Deleted, with {await kept.forget_handoffs()} closed handoffs."


async def _found(contacts: RedisContacts, person: str) -> Contact | None:
    address = f"{AddressKind.TEL}:{person}" if person.startswith("+") else person
    return await (contacts.find(Address.parse(address)) if ":" in address else contacts.of_conversation(person))


def _person(text: str) -> str:
    """For argparse: ValueError when it is neither an address nor a conversation's id."""
    if not text.startswith(("+", "c_")):
        Address.parse(text)
    return text


async def _forget_channels(client: redis.Redis, contact: Contact) -> None:
    """What the channels keep by themselves of a browser or a Messenger thread."""
    for known in contact.addresses:
        if known.address.kind is AddressKind.WEB:
            await VisitorLog(client, Limits()).forget(known.address.value)
        elif known.address.kind is AddressKind.MESSENGER:
            await RedisThreads(client).forget(known.address.value)


def read_arguments(given: Sequence[str]) -> argparse.Namespace:
    """What was asked for; SystemExit with a usage line when it makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m gateway.retention", description=(__doc__ or "").partition("\n")[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--days", type=int, help=f"who neither wrote nor called for so many days ({LEAST} or more)")
    which.add_argument("--person", type=_person, help="one person: +12125550147, messenger:..., web:... or c_...")
    parser.add_argument("--delete", action="store_true", help="delete; otherwise it is only said what would be")
    arguments = parser.parse_args(given)
    if arguments.days is not None and arguments.days < LEAST:
        parser.error(f"--days must be {LEAST} or more: for so long a customer may undo what was joined")
    return arguments


async def run(url: str, asked: argparse.Namespace, clock: Clock = now) -> str:
    """Do it; what there is to say about it. Raises StoreUnavailable, RedisError or OSError."""
    client = connect(url, timeout=60.0)
    try:
        if asked.person:
            return await forget_one(client, clock, asked.person, delete=asked.delete)
        return await forget_silent(client, clock, asked.days, delete=asked.delete)
    finally:
        await client.aclose()


def main() -> int:
    """0; 1 with a sentence when it was broken off (Redis away, a conversation held too long); 2 when REDIS_URL is wrong."""
    asked = read_arguments(sys.argv[1:])
    try:
        sys.stdout.write(asyncio.run(run(redis_url(os.environ), asked)) + "\n")
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (StoreUnavailable, RedisError, OSError) as error:
        why = str(error) if isinstance(error, StoreUnavailable) else f"Redis: {type(error).__name__}"
        sys.stderr.write(f"Broken off ({why}). What was deleted so far is deleted; run it again.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
