"""What an action may ask of the gateway.

An action returns a directive inside its reply: ``dispatcher.utter_message(json_message=to_json(Handoff(...)))``.
It comes back in the body of the same turn, so there is no call-back and no second secret.
Shape on the wire: ``{"onethread": {"do": "<name>", ...fields}}``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, TypeAlias

KEY = "onethread"


@dataclass(frozen=True, slots=True)
class Handoff:
    """Ask for a person. ``reason``: a phrase for the agent, ``code`` the same for programs; ``tried``: what did not work."""

    reason: str
    queue: str = "general"
    tried: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class SendCode:
    """Send a one-time code by SMS to ``tel`` (E.164). The gateway checks what comes back."""

    tel: str


@dataclass(frozen=True, slots=True)
class CollectDigits:
    """The next answer is ``count`` digits (None: any number, ended by #). Voice listens for keys. ``secret``: a one-time code,
    say, which is never read back to the caller."""

    count: int | None = None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class CollectPin:
    """The next answer is a PIN of ``count`` digits. On a call the gateway takes the keys, has them checked and passes on
    what was found (``metadata["pin"]``); elsewhere it only sees to it that no digits reach the tracker."""

    count: int = 4


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call after this reply. Other channels ignore it."""


@dataclass(frozen=True, slots=True)
class Move:
    """Go on elsewhere too: ``sms`` sends a text to the contact's number, ``web`` a link that carries the thread, ``voice``
    offers to call; ``ring`` is the yes to that, ``dial`` gives the number with a code. The gateway says what came of it."""

    to: str


@dataclass(frozen=True, slots=True)
class Prefer:
    """Where the customer wants to be reached: by ``sms``, ``here`` (where they say so), or ``any`` (no wish any more)."""

    to: str


@dataclass(frozen=True, slots=True)
class TellWait:
    """Say whether somebody is there to answer, and how long it takes; nobody is asked for. Only the gateway knows."""


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """A language model was asked for ``purpose``: to be kept, nothing else. ``ms``: milliseconds; ``why``: a word of
    docs/language-model.md for an answer that was not taken."""

    purpose: str
    ms: int
    accepted: bool
    why: str
    model: str


Directive: TypeAlias = Handoff | SendCode | CollectDigits | CollectPin | Hangup | Move | Prefer | TellWait | ModelUsed

NAMES: dict[str, type[Directive]] = {
    "handoff": Handoff,
    "send_code": SendCode,
    "collect_digits": CollectDigits,
    "collect_pin": CollectPin,
    "hangup": Hangup,
    "move": Move,
    "prefer": Prefer,
    "tell_wait": TellWait,
    "model_used": ModelUsed,
}


def to_json(directive: Directive) -> dict[str, Any]:
    """The directive as the ``json_message`` of an action."""
    name = next(name for name, kind in NAMES.items() if isinstance(directive, kind))
    return {KEY: {"do": name, **asdict(directive)}}


def from_json(custom: object) -> Directive | None:
    """Read a ``custom`` message; None when it is not a directive of ours.

    ValueError when it is one of ours but names an unknown directive or a wrong field.
    """
    if not isinstance(custom, dict) or not isinstance(custom.get(KEY), dict):
        return None
    body = dict(custom[KEY])
    name = body.pop("do", None)
    kind = NAMES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"unknown directive {name!r}; known: {', '.join(NAMES)}")
    known = {f.name for f in fields(kind)}
    if unknown := set(body) - known:
        raise ValueError(f"directive {name!r} has no field {sorted(unknown)}")
    if "tried" in body:
        body["tried"] = tuple(body["tried"])
    try:
        return kind(**body)
    except TypeError as error:
        raise ValueError(f"directive {name!r}: {error}") from error
