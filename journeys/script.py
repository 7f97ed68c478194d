"""The file format (docs/journeys.md): a list of journeys, each a customer and steps. Pure, with errors for designers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

CHANNELS = ("web", "sms", "messenger", "voice")
MESSAGING = frozenset({"says", "taps", "receives", "arrives", "proves"})
VERBS: Mapping[str, frozenset[str]] = {
    "web": MESSAGING | {"opens", "reloads"},
    "sms": MESSAGING,
    "messenger": MESSAGING,
    "voice": frozenset(
        {"calls", "says", "presses", "stays silent", "hangs up", "receives", "picks up", "is over", "arrives", "proves"}
    ),
    "agent": frozenset({"accepts", "replies", "closes"}),
    "time": frozenset({"passes"}),
}
WITHOUT_WORDS = frozenset(
    {"arrives", "proves", "calls", "stays silent", "hangs up", "receives", "accepts", "reloads", "picks up", "is over"}
)
OPTIONAL_WORDS = frozenset({"opens"})
CHECKS = frozenset({"expect", "never", "options", "slots", "owner", "proof"})
UNITS = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}


@dataclass(frozen=True, slots=True)
class Grammar:
    """What may stand in a script. ``seats``: where words can be expected; ``more``: further keys of a step; ``kind``: what
    each entry is called."""

    kind: str = "journey"
    seats: tuple[str, ...] = CHANNELS
    verbs: Mapping[str, frozenset[str]] = field(default_factory=lambda: VERBS)
    without_words: frozenset[str] = WITHOUT_WORDS
    optional_words: frozenset[str] = OPTIONAL_WORDS
    more: frozenset[str] = frozenset()


JOURNEYS = Grammar()


class ScriptError(Exception):
    """A journey cannot be read; the message names the file, the journey and the step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing somebody does, and what has to follow.

    ``expect``: words (or ``/regex/``) that have to come, in this order, on the step's channel; with ``<channel>: words``
    on another one. ``never``: words that must not have come there by then. ``options``: titles on offer, in order.
    ``slots``: values the tracker must hold (None: empty). ``owner``: ``bot`` or ``person``. ``proof``: of the latest channel.
    """

    who: str
    verb: str
    words: str = ""
    expect: tuple[tuple[str, str], ...] = ()
    never: tuple[str, ...] = ()
    options: tuple[str, ...] | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    owner: str | None = None
    proof: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def passes(self) -> timedelta:
        """For ``time passes: 3 days``."""
        return span(self.words)

    @property
    def checks(self) -> bool:
        """Whether this step would notice anything."""
        return bool(self.expect or self.never or self.options is not None or self.slots or self.owner or self.proof or self.more)


@dataclass(frozen=True, slots=True)
class Journey:
    """A customer's way. ``customer`` names whose record of the sample business they are like; ``repeats`` is how often
    something may be asked again (0 unless the journey is about just that)."""

    name: str
    customer: str
    steps: tuple[Step, ...]
    file: str = ""
    repeats: int = 0
    tags: frozenset[str] = frozenset()


def read(folder: Path) -> list[Journey]:
    """All journeys of a file, or of a folder's ``*.yml``. Raises ScriptError."""
    files = sorted(folder.glob("*.yml")) if folder.is_dir() else [folder]
    found = [journey for file in files for journey in read_file(file)]
    names = [journey.name for journey in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ScriptError(f"two journeys are named {sorted(twice)[0]!r}")
    return found


def read_file(file: Path) -> Iterator[Journey]:
    """The journeys of one file. Raises ScriptError."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ScriptError(f"{file.name}: cannot be read: {error}") from error
    if not isinstance(content, list):
        raise ScriptError(f"{file.name}: a list of journeys is expected")
    for number, one in enumerate(content, 1):
        try:
            for values in each(one):
                yield journey(filled(values, one), file.name)
        except ScriptError as error:
            named = one.get("journey", number) if isinstance(one, Mapping) else number
            raise ScriptError(f"{file.name}, journey {named!r}: {error}") from error


def each(body: Any) -> list[dict[str, str]]:
    """``each: {first: [web, sms], second: [sms, voice]}``: every combination of different values; once without it."""
    each = body.get("each") if isinstance(body, Mapping) else None
    if each is None:
        return [{}]
    if not isinstance(each, Mapping) or not all(isinstance(values, list) and values for values in each.values()):
        raise ScriptError("each: names with lists of values are expected")
    combinations = itertools.product(*([str(value) for value in values] for values in each.values()))
    return [dict(zip(map(str, each), values, strict=True)) for values in combinations if len(set(values)) == len(values)]


def filled(values: Mapping[str, str], body: Any) -> Any:
    """The body with ``<name>`` replaced, in keys and in words."""
    if isinstance(body, str):
        for name, value in values.items():
            body = body.replace(f"<{name}>", value)
        return body
    if isinstance(body, list):
        return [filled(values, one) for one in body]
    if isinstance(body, Mapping):
        return {filled(values, key): filled(values, one) for key, one in body.items() if key != "each"}
    return body


def journey(body: Any, file: str = "", grammar: Grammar = JOURNEYS) -> Journey:
    """One journey from its YAML value. Raises ScriptError."""
    kind = grammar.kind
    if not isinstance(body, Mapping) or not isinstance(body.get(kind), str) or not isinstance(body.get("steps"), list):
        raise ScriptError(f"a {kind} has a name ({kind}: ...) and steps: a list")
    if unknown := set(body) - {kind, "customer", "steps", "repeats", "tags"}:
        raise ScriptError(f"unknown key {sorted(unknown)[0]!r}")
    steps = []
    for number, one in enumerate(body["steps"], 1):
        try:
            steps.append(_step(one, grammar))
        except ScriptError as error:
            raise ScriptError(f"step {number}: {error}") from error
    if not steps or not any(step.expect for step in steps):
        raise ScriptError("nothing is expected, so nothing is tested")
    if not steps[-1].checks:
        raise ScriptError("the last step checks nothing")
    tags = frozenset(str(tag) for tag in body.get("tags") or ())
    return Journey(body[kind], str(body.get("customer") or "ana"), tuple(steps), file, int(body.get("repeats") or 0), tags)


def _step(body: Any, grammar: Grammar) -> Step:
    if not isinstance(body, Mapping):
        raise ScriptError('a step looks like this: "web says: hello"')
    deeds = [key for key in body if key not in CHECKS | grammar.more]
    if len(deeds) != 1:
        raise ScriptError(f"one thing is done in a step, not {len(deeds)}: {', '.join(map(str, deeds)) or 'nothing'}")
    who, _, verb = str(deeds[0]).partition(" ")
    if verb not in grammar.verbs.get(who, frozenset()):
        known = ", ".join(
            f"{name} {one}"
            for name in grammar.verbs
            if name == who or who not in grammar.verbs
            for one in sorted(grammar.verbs[name])
        )
        raise ScriptError(f"{deeds[0]!r} is not known; known are: {known}")
    given = body[deeds[0]]
    if given is None and verb not in grammar.without_words | grammar.optional_words:
        raise ScriptError(f"{deeds[0]}: what?")
    words = "" if given is None else str(given)
    if who == "time" and verb == "passes":
        span(words)
    own = who if who in grammar.seats else ""
    expect = tuple(_expected(one, own, grammar.seats) for one in _list(body.get("expect")))
    options = None if "options" not in body else tuple(str(one) for one in _list(body["options"]))
    owner = body.get("owner")
    if owner not in (None, "bot", "person"):
        raise ScriptError(f"owner is bot or person, not {owner!r}")
    slots = body.get("slots") or {}
    if not isinstance(slots, Mapping):
        raise ScriptError("slots: names and values are expected")
    more = {key: body[key] for key in grammar.more if key in body}
    return Step(who, verb, words, expect, _patterns(body.get("never")), options, slots, owner, body.get("proof"), more)


def _expected(one: Any, own: str, seats: tuple[str, ...]) -> tuple[str, str]:
    """``words`` on the step's own channel, or ``{channel: words}``."""
    if isinstance(one, Mapping):
        ((channel, words),) = one.items() if len(one) == 1 else ((None, None),)
        if channel not in seats:
            raise ScriptError(f"expect: {one!r} is neither words nor <channel>: words")
        return str(channel), _pattern(words)
    if not own:
        raise ScriptError("expect: name the channel, as in - web: words")
    return own, _pattern(one)


def _patterns(value: Any) -> tuple[str, ...]:
    return tuple(_pattern(one) for one in _list(value))


def _pattern(value: Any) -> str:
    text = str(value)
    if is_pattern(text):
        try:
            re.compile(text[1:-1])
        except re.error as error:
            raise ScriptError(f"{text} is not a regular expression: {error}") from error
    if not text.strip():
        raise ScriptError("empty words are expected everywhere, so they test nothing")
    return text


def is_pattern(text: str) -> bool:
    """Whether it is written ``/like this/``."""
    return len(text) > 2 and text.startswith("/") and text.endswith("/")


def _list(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def span(text: str) -> timedelta:
    """``3 days``, ``1 hour``, ``90 minutes``. Raises ScriptError."""
    found = re.fullmatch(r"(\d+) (minute|hour|day|week)s?", text.strip())
    if found is None:
        raise ScriptError(f"{text!r} is not a time: write 3 days, 1 hour, 20 minutes")
    return timedelta(seconds=int(found[1]) * UNITS[found[2]])
