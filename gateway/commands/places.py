"""Where everything is that is kept of people: Redis, the records, recordings at Twilio. For commands that need all of it.

Each as the gateway has it (the environment, ``.env``); without them, what runs from ``ONETHREAD_HOME``.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import redis.asyncio as redis

from bot.ports import Clock, StoreUnavailable
from bot.redis_store.facts import RedisFacts
from bot.redis_store.retention.recordings import RedisRecordings
from connectors.twilio.client import TwilioAccount, TwilioClient
from gateway.commands.on_store import AWAY, redis_url
from gateway.retention.people import Told
from gateway.retention.person import BUSY, NOBODY, People, Unclear
from gateway.retention.recordings import Recordings, VendorRefused
from gateway.settings import kinds, single_use_kinds
from gateway.settings.env_file import ENV_FILE, read_values
from gateway.settings.kinds import ConfigError, checked
from gateway.settings.variables import Variables
from records.errors import RecordsRefused, RecordsUnavailable
from records.sql import default_url, opening

REFUSED: tuple[type[Exception], ...] = (RecordsRefused, RecordsUnavailable, Unclear, VendorRefused)
NOT_DONE = frozenset({BUSY, NOBODY})


@dataclass(frozen=True, slots=True)
class Places:
    """``twilio``: None where no account is configured."""

    redis_url: str
    records_url: str
    twilio: TwilioAccount | None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Places:
        """Raises ConfigError."""
        home = ENV_FILE.parent / (environ.get("ONETHREAD_HOME", "").strip() or Variables.model_fields["onethread_home"].default)
        records = environ.get("RECORDS_URL", "").strip()
        found = checked("RECORDS_URL", records, single_use_kinds.records_url) if records else default_url(home)
        return cls(redis_url(environ), found, _twilio(environ) or _simulated(home))

    @asynccontextmanager
    async def people(self, client: redis.Redis, clock: Clock) -> AsyncIterator[People]:
        """The records opened, and Twilio at hand. Raises RecordsRefused."""
        async with opening(self.records_url, clock, create=False) as records, aiohttp.ClientSession() as http:
            twilio = TwilioClient(http, self.twilio) if self.twilio else None
            recordings = Recordings(twilio, RedisRecordings(client), records, clock)
            yield People(client, records, recordings, Told(RedisFacts(client), clock), clock)


def _twilio(environ: Mapping[str, str]) -> TwilioAccount | None:
    sid, tokens = (environ.get(name, "").strip() for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"))
    if not sid:
        return None
    url = environ.get("TWILIO_API_URL", "").strip() or Variables.model_fields["twilio_api_url"].default
    known = checked("TWILIO_AUTH_TOKEN", tokens, kinds.secrets(16))
    return _account(sid, known, checked("TWILIO_API_URL", url, kinds.base_url))


def _simulated(home: Path) -> TwilioAccount | None:
    """The simulator's, of the installation that runs."""
    try:
        found = json.loads((home / "running.json").read_text())["simulated_twilio"]
        return _account(found["account_sid"], (found["auth_token"],), found["api_url"]) if found else None
    except (OSError, ValueError, KeyError):
        return None


def _account(sid: str, tokens: tuple[str, ...], url: str) -> TwilioAccount:
    """For what needs no number of ours."""
    return TwilioAccount(sid, tokens, url, "", "", "")


def told_of(run: Callable[[Places], Awaitable[str]], left: str = "") -> int:
    """Run it and print what it says: 0. 1 with a sentence when nothing was done (nobody is known by that, or they are busy) or it
    was broken off (a store or Twilio away, a conversation held too long), 2 when a setting is wrong. ``left``: what is to be said
    of a work that was broken off."""
    try:
        said = asyncio.run(_run(run))
        (sys.stderr if said in NOT_DONE else sys.stdout).write(said + "\n")
        return int(said in NOT_DONE)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except Unclear as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (*REFUSED, *AWAY) as error:
        sys.stderr.write(f"{broken_off(error)} {left}".strip() + "\n")
        return 1


async def _run(run: Callable[[Places], Awaitable[str]]) -> str:
    return await run(Places.of(read_values(ENV_FILE, os.environ)))


def broken_off(error: Exception) -> str:
    """What is said of a failure in the middle."""
    ours: tuple[type[Exception], ...] = (StoreUnavailable, *REFUSED)
    why = str(error).rstrip(".") if isinstance(error, ours) else f"Redis: {type(error).__name__}"
    return f"Broken off ({why})."
