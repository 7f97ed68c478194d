"""Facts with a body of a registered schema, and what could not be read as one. The envelope is ``bot.model.facts.Fact``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.model import About, Fact, fact_id, pseudonym
from records.facts.kinds import REGISTER

EARLIEST, LATEST = datetime(2015, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""A time outside of these is a mistake: the fact is kept aside."""


@dataclass(frozen=True, slots=True)
class Aside:
    """What could not be read as a fact that this code knows: kept as it came. ``why`` is one sentence; ``id`` is the fact's
    own where it could be read, else a hash of the bytes."""

    id: str
    kind: str | None
    version: int | None
    why: str
    raw: bytes


def fact_of(body: object, *, cause: str, at: datetime, about: About | None = None, key: bytes = b"", n: int = 0) -> Fact:
    """A fact with this body (an object of a registered schema). ``key``: of pseudonyms; without it there is none.

    KeyError for a body of no registered kind; ValueError for a time without a zone.
    """
    if at.tzinfo is None:
        raise ValueError("a fact's time needs its zone")
    kind, about = REGISTER.of(body), about or About()
    return Fact(
        fact_id(cause, kind.name, n),
        kind.name,
        kind.version,
        at.astimezone(UTC),
        cause,
        storable(kind.adapter.dump_python(body, mode="json", warnings=False)),
        about.conversation_id,
        about.contact,
        pseudonym(about.contact, key) if about.contact and key else None,
        about.channel,
    )


def storable(value: Any) -> Any:
    """The JSON value without what SQL cannot hold: NUL and halves of surrogate pairs become U+FFFD, NaN and infinity null."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd") if value.isascii() else _valid(value)
    if isinstance(value, Mapping):
        return {storable(str(name)): storable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [storable(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _valid(text: str) -> str:
    return text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
