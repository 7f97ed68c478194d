"""Passkeys (https://www.w3.org/TR/webauthn-3/): kept is a public key, never anything that opens.

Hash ``ot:desk:passkey:<credential id>``; set ``ot:desk:passkeys:<username>``; ``ot:desk:passkey-handle:<username>``, the random
number by which a device knows whose key it is; ``ot:desk:passkey-challenge:<purpose>:<sha256 of the cookie>``, used once.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import webauthn
from redis.asyncio import Redis
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bot.facts.audit import agent_changed
from bot.ports import Clock, Facts
from desk.store import answered, created, digest, moment, text

NAME = "Onethread Desk"
LIFE = timedelta(minutes=5)
LONGEST_NAME, LONGEST = 60, 16_384
MOST = 10
"""Passkeys of one account."""
REQUIRED = UserVerificationRequirement.REQUIRED
"""The device asks for a finger, a face or its PIN: so that a passkey is two things and not one."""
# In one step, so that a copied key that is used beside the first is seen.
COUNTED = (
    "if redis.call('HGET', KEYS[1], 'count') ~= ARGV[1] then return 0 end "
    "redis.call('HSET', KEYS[1], 'count', ARGV[2], 'used', ARGV[3]) return 1"
)


class PasskeyRefused(ValueError):
    """It proves nothing here; the message is for the log."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """As its owner reads of it."""

    id: str
    name: str
    made: datetime
    used: datetime | None


class Passkeys:
    """``url``: where agents open the desk; a key is good for that host alone. Methods raise StoreUnavailable."""

    def __init__(self, redis: Redis, url: str, *, clock: Clock, facts: Facts) -> None:
        self._redis, self._clock, self._facts = redis, clock, facts
        self._origin, self._host = url, urlsplit(url).hostname or ""

    async def of(self, username: str) -> list[Passkey]:
        """Theirs, the newest last."""
        with answered():
            ids = sorted(text(one) for one in await cast(Awaitable[set[Any]], self._redis.smembers(_of(username))))
        records = await asyncio.gather(*map(self._record, ids))
        found = [
            Passkey(one, kept["name"], moment(kept["made"]), moment(kept["used"]) if kept.get("used") else None)
            for one, kept in zip(ids, records, strict=True)
            if kept and kept["username"] == username  # the list may name another's, which somebody tried to make theirs
        ]
        return sorted(found, key=lambda one: one.made)

    async def registration(self, username: str, display_name: str, token: str) -> str:
        """What the browser is told to make one, as JSON."""
        handle = await self._handle(username)
        have = [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.id)) for one in await self.of(username)]
        must = AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.REQUIRED, user_verification=REQUIRED)
        options = webauthn.generate_registration_options(
            rp_id=self._host,
            rp_name=NAME,
            user_name=username,
            user_id=handle.encode(),
            user_display_name=display_name,
            authenticator_selection=must,
            exclude_credentials=have,
        )
        await self._ask("make", token, options.challenge)
        return webauthn.options_to_json(options)

    async def register(self, username: str, name: str, credential: str, token: str) -> None:
        """Keep what the browser made. PasskeyRefused."""
        challenge = await self._asked("make", token)
        if len(await self.of(username)) >= MOST:
            raise PasskeyRefused("there are enough")
        try:
            made = webauthn.verify_registration_response(
                credential=_read(credential),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise PasskeyRefused(str(error)) from error
        number = bytes_to_base64url(made.credential_id)
        await self._told(username, "passkey", username)
        record = {"username": username, "key": bytes_to_base64url(made.credential_public_key), "count": str(made.sign_count)}
        record |= {"name": " ".join(name.split())[:LONGEST_NAME] or "Passkey", "made": self._clock().isoformat()}
        with answered():  # the list first: a key that opens and is in no list could not be taken away
            await self._redis.sadd(_of(username), number)
        if not await created(self._redis, _one(number), record):
            raise PasskeyRefused("that key is known already")

    async def authentication(self, token: str) -> str:
        """What the browser is told to show one, as JSON; whose it is, the key says."""
        options = webauthn.generate_authentication_options(rp_id=self._host, user_verification=REQUIRED)
        await self._ask("show", token, options.challenge)
        return webauthn.options_to_json(options)

    async def authenticate(self, credential: str, token: str) -> str:
        """Whose key it is. PasskeyRefused."""
        challenge, given = await self._asked("show", token), _read(credential)
        number = str(given.get("id", ""))[:1400]
        kept = await self._record(number)
        if not kept:
            raise PasskeyRefused("nobody's key")
        try:
            shown = webauthn.verify_authentication_response(
                credential=given,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=base64url_to_bytes(kept["key"]),
                credential_current_sign_count=int(kept["count"]),
                require_user_verification=True,
            )
            handle = base64url_to_bytes(given["response"]["userHandle"]).decode()
        except (WebAuthnException, ValueError, TypeError, KeyError) as error:
            raise PasskeyRefused(str(error)) from error
        if not secrets.compare_digest(handle, await self._handle(kept["username"])):
            raise PasskeyRefused("another's key")
        now = self._clock().isoformat()
        with answered():
            if not await self._redis.eval(COUNTED, 1, _one(number), kept["count"], str(shown.new_sign_count), now):
                raise PasskeyRefused("used at the same moment")
        return kept["username"]

    async def remove(self, username: str, number: str, by: str) -> bool:
        """One of theirs; False when it is not."""
        if number not in {one.id for one in await self.of(username)}:
            return False
        await self._told(username, "no_passkey", by)
        with answered():
            await self._redis.delete(_one(number))
            await self._redis.srem(_of(username), number)
        return True

    async def remove_all(self, username: str, by: str) -> None:
        """All of theirs."""
        for one in await self.of(username):
            await self.remove(username, one.id, by)

    async def _handle(self, username: str) -> str:
        with answered():
            await self._redis.set(_handle(username), secrets.token_urlsafe(32), nx=True)
            return text(await self._redis.get(_handle(username)))

    async def _ask(self, purpose: str, token: str, challenge: bytes) -> None:
        with answered():
            await self._redis.set(_challenge(purpose, token), bytes_to_base64url(challenge), ex=LIFE)

    async def _asked(self, purpose: str, token: str) -> bytes:
        """The challenge of this browser, once. PasskeyRefused when there is none."""
        with answered():
            kept = text(await self._redis.getdel(_challenge(purpose, token)))
        if not kept:
            raise PasskeyRefused("nothing was asked, or too long ago")
        return base64url_to_bytes(kept)

    async def _record(self, number: str) -> dict[str, str]:
        with answered():
            stored = await cast(Awaitable[dict[Any, Any]], self._redis.hgetall(_one(number)))
        kept = {text(name): text(value) for name, value in stored.items()}
        return kept if {"username", "key", "count", "name", "made"} <= kept.keys() else {}

    async def _told(self, username: str, change: str, by: str) -> None:
        await self._facts.append([agent_changed(username, change, by, self._clock())])


async def forget(redis: Redis, username: str) -> None:
    """Somebody's passkeys, without a word: their account is reset or removed, which is told. Raises StoreUnavailable."""
    with answered():
        for one in map(text, await cast(Awaitable[set[Any]], redis.smembers(_of(username)))):
            if text(await cast(Awaitable[Any], redis.hget(_one(one), "username"))) == username:
                await redis.delete(_one(one))
        await redis.delete(_of(username))
        await redis.delete(_handle(username))


def is_a_name(url: str) -> bool:
    """Whether the host of an address has a name: passkeys belong to names, never to numbers."""
    host = urlsplit(url).hostname or ""
    return bool(host) and not host.replace(".", "").isdigit() and ":" not in host


def _read(credential: str) -> dict[str, Any]:
    """What the browser sent. PasskeyRefused when it is no JSON object of a reasonable size."""
    try:
        found = json.loads(credential) if len(credential) <= LONGEST else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise PasskeyRefused("no credential")
    return found


def _one(number: str) -> str:
    return f"ot:desk:passkey:{number}"


def _of(username: str) -> str:
    return f"ot:desk:passkeys:{username}"


def _handle(username: str) -> str:
    return f"ot:desk:passkey-handle:{username}"


def _challenge(purpose: str, token: str) -> str:
    return f"ot:desk:passkey-challenge:{purpose}:{digest(token)}"
