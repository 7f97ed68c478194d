"""Where a call's next request goes: one of our voice routes, from the public URL's root, so that no script holds a host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlencode

from pydantic import Field


@dataclass(frozen=True, slots=True)
class Answer:
    """The caller's answer to ``step`` of the call."""

    step: int
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True, slots=True)
class Collect:
    """The turn was not ready: come for the answer to ``step``. ``tries`` counts these."""

    step: int
    tries: int
    kind: Literal["collect"] = "collect"


To: TypeAlias = Annotated[Answer | Collect, Field(discriminator="kind")] | str
"""A step of the call, which a socket carries out by itself; or any other route, as ``url`` writes it."""


def address(to: To) -> str:
    """The address, from the root."""
    match to:
        case Answer(step=step):
            return url("answer", step=step)
        case Collect(step=step, tries=tries):
            return url("collect", step=step, tries=tries)
        case str():
            return to


def url(name: str, **query: object) -> str:
    """The address of one of our voice routes, from the root."""
    return f"/twilio/voice/{name}" + (f"?{urlencode(query)}" if query else "")
