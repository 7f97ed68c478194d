"""Whose account elsewhere (OpenID Connect) is whose here.

Key ``ot:desk:openid-of:<subject>``: the username. ``subject`` is the SHA-256 of the issuer and what it calls somebody. An account
names its subject, too (``Agent.elsewhere``), and a username alone proves nothing: it may be another person's by now.
"""

from __future__ import annotations

from redis.asyncio import Redis

from desk.store import answered, digest, text

# In one step, so that of two first sign-ins at once both get the same name.
CLAIM = (
    "local now = redis.call('GET', KEYS[1]) "
    "if now and now ~= ARGV[2] then return now end redis.call('SET', KEYS[1], ARGV[1]) return ARGV[1]"
)


def subject_of(issuer: str, subject: str) -> str:
    """An account elsewhere is its issuer and subject, and nothing that its owner can change."""
    return digest(f"{issuer}|{subject}")


async def claimed(redis: Redis, subject: str) -> str:
    """The username that they have, or were about to get; '' for none. Raises StoreUnavailable."""
    with answered():
        return text(await redis.get(_key(subject)))


async def claim(redis: Redis, subject: str, username: str, instead_of: str = "") -> str:
    """The name that is theirs from now on: this one, unless another than ``instead_of`` was claimed. Raises StoreUnavailable."""
    with answered():
        return text(await redis.eval(CLAIM, 1, _key(subject), username, instead_of))


async def forget(redis: Redis, subject: str) -> None:
    """Their account here is removed. Raises StoreUnavailable."""
    with answered():
        await redis.delete(_key(subject))


def _key(subject: str) -> str:
    return f"ot:desk:openid-of:{subject}"
