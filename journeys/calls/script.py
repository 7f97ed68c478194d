"""Calls as data (docs/calls.md): journeys on the phone, with the network, the agent's phone and the parts as actors. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from journeys.script import CHANNELS, OPTIONAL_WORDS, VERBS, WITHOUT_WORDS, Grammar, Journey, ScriptError, each, filled, journey

GATHER, RELAY = "gather", "relay"
PARTS = ("rasa", "actions", "valkey")
PHONE = VERBS["voice"] | frozenset(
    {"dials", "is joined", "is on hold", "interrupts", "mumbles", "loses the relay", "reconnects", "lets a machine answer"}
)
AGENT = VERBS["agent"] | {"takes calls at", "is away", "is back", "signs out", "signs in", "does", "accepts in vain"}
DESK_PHONE = frozenset(
    [*"rings answers presses says refuses ignores receives".split(), "hangs up", "is over", "is joined", "stays silent"]
)
TWILIO = frozenset({"repeats", "resends", "refuses"})
PART = frozenset({"stops", "goes on", "dies", "is back"})

GRAMMAR = Grammar(
    kind="call",
    seats=(*CHANNELS, "second", "stranger", "phone"),
    verbs={
        **VERBS,
        "voice": PHONE,
        "second": PHONE,
        "stranger": PHONE,
        "agent": AGENT,
        "phone": DESK_PHONE,
        "twilio": TWILIO,
        "clock": frozenset({"moves"}),
        "part": PART,
    },
    without_words=WITHOUT_WORDS
    | {"dials", "is joined", "is on hold", "loses the relay", "lets a machine answer", "is away", "is back", "accepts in vain"}
    | {"signs out", "signs in"}
    | {"rings", "answers", "refuses", "ignores"},
    optional_words=OPTIONAL_WORDS | {"calls", "dials", "takes calls at"},
    more=frozenset({"after", "in", "heard_in", "reason", "state", "handoff", "kept", "said", "only"}),
)

ALONE = frozenset({"phone", "twilio", "clock", "part"})
"""Who does something that others would feel: the clock and the network are everybody's, and there is one desk."""


@dataclass(frozen=True, slots=True)
class ScriptedCall(Journey):
    """A journey that is a call.

    ``way``: ``gather`` or ``relay``. ``pace``: how long speech takes, 1 as on a phone. ``covers``: what it shows, in the
    words of docs/calls.md. ``said``: all that the customer said, as the transcript has it. ``problems``: what Twilio's
    debugger shows because of it (error codes). ``strict``: on the installation with one place in line, whose parts may be taken
    down.
    """

    way: str = GATHER
    pace: float = 0.0
    covers: tuple[str, ...] = ()
    said: tuple[str, ...] | None = None
    problems: tuple[int, ...] = ()
    strict: bool = False

    @property
    def alone(self) -> bool:
        """Whether other calls have to wait for this one."""
        if self.strict or self.pace:
            return True
        return any(
            step.who in ALONE
            or (step.verb == "stays silent" and self.way == GATHER)
            or step.verb in ("takes calls at", "is away", "signs out", "lets a machine answer")
            for step in self.steps
        )


def read_calls(folder: Path) -> list[ScriptedCall]:
    """All calls of a folder's ``*.yml``, once for each way. Raises ScriptError."""
    found = [call for file in sorted(folder.glob("*.yml")) for call in _read_file(file)]
    names = [call.name for call in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ScriptError(f"two calls are named {sorted(twice)[0]!r}")
    return found


def _read_file(file: Path) -> Iterator[ScriptedCall]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ScriptError(f"{file.name}: cannot be read: {error}") from error
    if not isinstance(content, list):
        raise ScriptError(f"{file.name}: a list of calls is expected")
    for number, one in enumerate(content, 1):
        try:
            yield from calls(one, file.name)
        except ScriptError as error:
            named = one.get("call", number) if isinstance(one, Mapping) else number
            raise ScriptError(f"{file.name}, call {named!r}: {error}") from error


def calls(body: Any, file: str = "") -> Iterator[ScriptedCall]:
    """The calls of one YAML value: each way of ``over`` with each value of ``each``. Raises ScriptError."""
    if not isinstance(body, Mapping):
        raise ScriptError("a call has a name (call: ...) and steps: a list")
    ways = _strings(body.get("over", [GATHER]))
    if unknown := set(ways) - {GATHER, RELAY}:
        raise ScriptError(f"over: gather and relay are known, not {sorted(unknown)[0]!r}")
    for way in ways:
        for values in each(body):
            yield _call(filled(values, body), way, file)


def _call(body: Mapping[str, Any], way: str, file: str) -> ScriptedCall:
    own = {"over", "pace", "covers", "said", "problems", "strict", "each"}
    steps = [step for step in body.get("steps") or () if not isinstance(step, Mapping) or step.get("only", way) == way]
    read = journey({**{key: value for key, value in body.items() if key not in own}, "steps": steps}, file, GRAMMAR)
    for step in read.steps:
        if step.who == "part" and step.words not in PARTS:
            raise ScriptError(f"part {step.verb}: {step.words!r} is none of {', '.join(PARTS)}")
        if step.verb == "interrupts" and "after" not in step.more:
            raise ScriptError("interrupts: after which words? (after: ...)")
    if not body.get("covers"):
        raise ScriptError("covers: which of the situations of docs/calls.md is this?")
    return ScriptedCall(
        f"{read.name} ({way})",
        read.customer,
        read.steps,
        file,
        read.repeats,
        read.tags,
        way=way,
        pace=float(body.get("pace") or 0),
        covers=_strings(body["covers"]),
        said=None if body.get("said") is None else _strings(body["said"]),
        problems=tuple(int(code) for code in body.get("problems") or ()),
        strict=bool(body.get("strict")),
    )


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),)
