"""Facts as flat bytes, for the stream between those who write them down and the recorder.

A reader may be older than the writer: what it does not know comes back as ``Aside``, never as an error.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from bot.model import Fact
from records.facts.fact import EARLIEST, LATEST, Aside, storable
from records.facts.kinds import KINDS, REGISTER, KindOfFact

Name = Annotated[str, Field(min_length=1, max_length=64)]
Id = Annotated[str, Field(min_length=1, max_length=256)]


@dataclass(frozen=True, slots=True)
class _Envelope:
    """Lengths are those of the columns; an index of PostgreSQL holds no longer key."""

    id: Id
    kind: Name
    version: Annotated[int, Field(ge=1, le=10_000)]
    at: Annotated[AwareDatetime, Field(ge=EARLIEST, lt=LATEST)]
    cause: Annotated[str, Field(max_length=1000)]
    body: dict[str, Any]
    conversation_id: Id | None = None
    contact: Id | None = None
    pseudonym: Name | None = None
    channel: Name | None = None


_ENVELOPE = TypeAdapter(_Envelope)
_FACT = TypeAdapter(Fact)


def encode(fact: Fact) -> bytes:
    """The fact as JSON."""
    return _FACT.dump_json(fact, warnings=False)


def decode(raw: bytes) -> Fact | Aside:
    """What ``encode`` wrote; Aside when the envelope, the kind, its version or its body is not what this code knows."""
    try:
        found = _read(raw)
    except ValidationError as error:
        return _aside(raw, f"the envelope does not fit: {_first(error)}")
    kind = REGISTER.version(found.kind, found.version)
    why = _unknown(found) if kind is None else _unfit(found, kind)
    if why:
        return Aside(found.id, found.kind, found.version, why, raw)
    body = storable(found.body) if b"\\u0000" in raw else found.body
    at = found.at.astimezone(EARLIEST.tzinfo)
    return Fact(
        storable(found.id),
        found.kind,
        found.version,
        at,
        storable(found.cause),
        body,
        storable(found.conversation_id),
        storable(found.contact),
        found.pseudonym,
        found.channel,
    )


def _read(raw: bytes) -> _Envelope:
    """Python writes half of a surrogate pair into JSON; the strict reader refuses it, and the message would not be read."""
    try:
        return _ENVELOPE.validate_json(raw)
    except ValidationError:
        if b"\\ud" not in raw.lower():
            raise
        try:
            known = storable(json.loads(raw))
        except (ValueError, RecursionError):
            known = None
        return _ENVELOPE.validate_python(known)


def _unknown(found: _Envelope) -> str:
    known = KINDS.get(found.kind)
    if known is None:
        return f"this version knows no kind of fact {found.kind!r}"
    return f"{found.kind} has version {found.version}; this code knows {known.version}"


def _unfit(found: _Envelope, kind: KindOfFact) -> str:
    try:
        kind.adapter.validate_python(found.body)
    except ValidationError as error:
        return f"the body of {found.kind} does not fit: {_first(error)}"
    return ""


def _first(error: ValidationError) -> str:
    """What is wrong first, without the value: that may be somebody's words."""
    one = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(map(str, one['loc'])) or 'all of it'}: {one['type']}"


def _aside(raw: bytes, why: str) -> Aside:
    """With as much of its name as can be read."""
    try:
        known = json.loads(raw)
    except (ValueError, RecursionError):
        known = None
    told = known if isinstance(known, Mapping) else {}
    named, kind, version = told.get("id"), told.get("kind"), told.get("version")
    whole = isinstance(named, str) and 0 < len(named) <= 256 and storable(named) == named
    return Aside(
        str(named) if whole else "f_" + hashlib.sha256(raw).hexdigest()[:32],
        storable(kind)[:64] if isinstance(kind, str) else None,
        version if isinstance(version, int) and 0 <= version <= 10_000 else None,
        why,
        raw,
    )
