"""``_voice.yml`` in another language: its words in the place of the English ones, all that is no word as it was. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SENTENCES = frozenset({"short", "with_keys", "option_words", "hints", "language"})
"""What a question's settings say or hear; without a translation the question is asked again as it was."""

QUESTIONS = ("defaults", "digits")
COMMAND = frozenset({"key", "intent"})
"""What a command keeps; its words are those of the language."""

Settings = Mapping[str, Any]


def translated(own: Settings, said: Settings) -> dict[str, Any]:
    """What stands under ``voice``: the files' own settings with the words of one language. How the line is heard and spoken in it
    is declared in ``_languages.yml``."""
    return {
        **{part: _question(own.get(part), said.get(part)) for part in QUESTIONS},
        "slots": _each(own, said, "slots", _question),
        "hints": {**_part(own, "hints"), **_part(said, "hints")},
        "commands": {**_each(own, said, "commands", _command), "languages": _part(_part(said, "commands"), "languages")},
    }


def _part(content: Settings, name: str) -> Settings:
    return content.get(name) or {}


def _each(own: Settings, said: Settings, part: str, one: Any) -> dict[str, Any]:
    ours, theirs = _part(own, part), _part(said, part)
    return {name: one(ours.get(name), theirs.get(name)) for name in {**ours, **theirs}}


def _question(own: Settings | None, said: Settings | None) -> dict[str, Any]:
    kept = {name: value for name, value in (own or {}).items() if name not in SENTENCES}
    return {**kept, **(said or {})}


def _command(own: Settings | None, said: Settings | None) -> Settings:
    """A command without words in that language keeps the files' own: better heard so than not."""
    return {**{name: value for name, value in (own or {}).items() if name in COMMAND}, **said} if said else own or {}
