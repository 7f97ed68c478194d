"""What a caller may ask of the line at any time, by key and by word: a person, again, slower, back, the main menu.

The words and keys are the designers' (``commands`` in domain/_voice.yml). A whole utterance has to be one of them, so that
no answer is mistaken for a wish; whoever says it in other words is understood by the assistant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import ConfigDict, Field, with_config

Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
ESCAPE = "*"
"""While keys are collected every key is part of the answer: a wish is this key before its own, then the finish key."""

_COURTESY = frozenset({"please", "uh", "um", "er", "okay", "ok", "hey", "hello", "well", "now"})
_START = re.compile(r"^(?:can you|could you|would you|can i|could i|i want|i would like|i'd like|let me)\b(?: to)? ?")
MASKED = re.compile(r"\w\*+\w*")
"""A swear word as Twilio's filter leaves it (``f***``)."""


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Wish:
    """One command: its key, its words, and the intent that carries it out (None: the line does it by itself)."""

    key: Key | None = None
    say: tuple[str, ...] = ()
    intent: str | None = None


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """A language that callers ask for and the line does not speak: what they say, and the answer in it."""

    say: tuple[str, ...]
    answer: Annotated[str, Field(min_length=1, max_length=500)]


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Commands:
    """All of them. ``yes`` and ``no`` answer "Did you say ...?" only."""

    person: Wish = field(default_factory=lambda: Wish("0", ("a person", "person", "agent", "operator"), "speak_to_person"))
    repeat: Wish = field(default_factory=lambda: Wish("*", ("repeat", "repeat that", "again", "say that again")))
    menu: Wish = field(default_factory=lambda: Wish("#", ("main menu", "menu"), "main_menu"))
    slower: Wish = field(default_factory=lambda: Wish("8", ("slower", "more slowly", "slow down")))
    back: Wish = field(default_factory=lambda: Wish("9", ("go back", "back"), "go_back"))
    yes: Wish = field(default_factory=lambda: Wish("1", ("yes", "yeah", "yep", "correct", "right")))
    no: Wish = field(default_factory=lambda: Wish("2", ("no", "nope", "wrong")))
    languages: dict[str, OtherLanguage] = field(default_factory=dict)

    def intents(self) -> Iterator[str]:
        """The intents that the assistant must have."""
        yield from (wish.intent for wish in (self.person, self.repeat, self.menu, self.slower, self.back) if wish.intent)

    def by_key(self, keys: str, *, collecting: bool, options: int) -> str | None:
        """The name of the wish. ``collecting``: keys are part of an answer; ``options``: so many keys choose one."""
        if collecting:
            bare = keys.removeprefix(ESCAPE)
            if bare == keys:
                return None
            keys = bare or ESCAPE
            if keys == ESCAPE and bare:  # ** : # cannot be keyed, it finishes
                return "menu"
        elif keys.isdecimal() and 0 < int(keys) <= options:
            return None
        return next((name for name, wish in self._wishes() if wish.key == keys), None)

    def by_word(self, text: str) -> str | None:
        """The name of the wish that the whole utterance is."""
        said = plain(text)
        return next((name for name, wish in self._wishes() if said in {plain(one) for one in wish.say}), None)

    def asks_for_person(self, text: str) -> bool:
        """Whether what was recognised so far is, or ends with, words for a person. One word counts only by itself."""
        said = f" {plain(text)}"
        phrases = (plain(one) for one in self.person.say)
        return any(said == f" {one}" or (" " in one and said.endswith(f" {one}")) for one in phrases if one)

    def says_more(self, text: str) -> bool:
        """Whether words for a person stand in it, and others after them ("a person stole my card")."""
        said = f" {plain(text)} "
        return any(f" {plain(one)} " in said and not said.endswith(f" {plain(one)} ") for one in self.person.say)

    def answer(self, keys: str, text: str) -> bool | None:
        """Yes or no, by key or by word; None when it is neither."""
        for wish, meaning in ((self.yes, True), (self.no, False)):
            if keys == wish.key or (not keys and plain(text) in {plain(one) for one in wish.say}):
                return meaning
        return None

    def other_language(self, text: str) -> tuple[str, str] | None:
        """The language that is asked for, and what is said in it."""
        said = f" {plain(text)} "
        if len(said.split()) > 6:
            return None
        for language, other in self.languages.items():
            if any(f" {plain(phrase)} " in said for phrase in other.say):
                return language, other.answer
        return None

    def _wishes(self) -> Iterator[tuple[str, Wish]]:
        for name in ("person", "repeat", "menu", "slower", "back"):
            yield name, getattr(self, name)


def plain(text: str) -> str:
    """An utterance without its punctuation and courtesies."""
    words = re.sub(r"[^\w' ]+", " ", text.casefold().replace("\u2019", "'")).split()
    while words and words[0] in _COURTESY:
        words = words[1:]
    while words and words[-1] in _COURTESY:
        words = words[:-1]
    return _START.sub("", " ".join(words)).strip()


def without_swearing(text: str) -> str:
    """The words that Twilio's profanity filter left readable."""
    return " ".join(MASKED.sub(" ", text).split()) if "*" in text else text
