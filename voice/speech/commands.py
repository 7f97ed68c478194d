"""What a caller may ask of the line at any time, by key and by word: a person, again, slower, back, the main menu.

The words and keys are the designers' (``commands`` in domain/*/_voice.yml). A whole utterance has to be one of them, so that
no answer is mistaken for a wish; whoever says it in other words is understood by the assistant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, with_config

from bot.languages.tables import folded
from voice.speech.key_words import NamedKeys, named_keys

Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Asks = Literal["anything", "name", "text"]
"""What a question asks for: where any words may be the answer, fewer of them are a wish."""

ESCAPE = "*"
"""While keys are collected every key is part of the answer: a wish is this key before its own, then the finish key."""

_NOISES = frozenset({"please", "uh", "um", "er", "uhm", "erm", "hm", "hmm"})
_HESITATIONS = (_NOISES - {"please"}) | {"ah", "eh", "huh", "mm", "mmm", "mhm", "umm", "uhh", "ahem"}
_COURTESY = _NOISES | {"okay", "ok", "hey", "hello", "well", "now", "so", "thanks"}
_ASKING = frozenset(
    "i i'd you we do does don't not can could may would like want need to have is are there anyone anybody someone somebody "
    "who in a the with please por favor s'il vous plait hi hello hey hola bonjour okay ok well so now sorry only prefer "
    "rather any language switch change continue help me get give us be para speaker agent person representative operator "
    "interpreter".split()
)
"""Words around a language's name that make no other thing of it than a wish for it."""

_YES_ALONG = frozenset(
    "yes yeah yep that's that is it please correct right sure thanks thank you i did do of course the same one this number my "
    "fine ok okay absolutely exactly perfect good sir ma'am".split()
)
_NO_ALONG = frozenset(
    "no nope thanks thank you not that that's wrong it it's is isn't different another other number please a i didn't did say "
    "one incorrect sorry use".split()
)
"""What may follow a yes, and a no, without making another thing of it: "yes, that's right", "no, another number"."""

_SPEAKING = frozenset("speak speaks speaking talk talks talking hablo habla hablan hablar parle parlez parler".split())
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
class Around:
    """Words of another language that may stand beside a wish, as the English ones above: ``noises`` that say nothing,
    ``courtesy``, and what goes ``along`` with a yes or a no."""

    noises: tuple[str, ...] = ()
    courtesy: tuple[str, ...] = ()
    along: tuple[str, ...] = ()


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """A language that callers ask for and the line does not speak: what they say, and the answer in it; ``figures``: the answer
    while figures are asked, where 0 is one of them."""

    say: tuple[str, ...]
    answer: Annotated[str, Field(min_length=1, max_length=500)]
    figures: Annotated[str, Field(min_length=1, max_length=500)] | None = None


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Commands:
    """All of them. ``yes`` and ``no`` answer "Did you say ...?" only; ``key_names``: how the other keys are called."""

    person: Wish = field(default_factory=lambda: Wish("0", ("a person", "person", "agent", "operator"), "speak_to_person"))
    repeat: Wish = field(default_factory=lambda: Wish("*", ("repeat", "repeat that", "again", "say that again")))
    menu: Wish = field(default_factory=lambda: Wish("#", ("main menu", "menu"), "main_menu"))
    slower: Wish = field(default_factory=lambda: Wish("8", ("slower", "more slowly", "slow down")))
    back: Wish = field(default_factory=lambda: Wish("9", ("go back", "back"), "go_back"))
    goodbye: Wish = field(default_factory=Wish)
    yes: Wish = field(default_factory=lambda: Wish("1", ("yes", "yeah", "yep", "correct", "right")))
    no: Wish = field(default_factory=lambda: Wish("2", ("no", "nope", "wrong")))
    key_names: dict[Key, tuple[str, ...]] = field(
        default_factory=lambda: {"#": ("hash", "pound", "number sign"), "*": ("star", "asterisk")}
    )
    languages: dict[str, OtherLanguage] = field(default_factory=dict)
    around: Around = field(default_factory=Around)

    def intents(self) -> Iterator[str]:
        """The intents that the assistant must have."""
        yield from (wish.intent for _, wish in self._wishes() if wish.intent)

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

    def chooses_nothing(self, key: str, options: int) -> bool:
        """Whether a key is free where so many options are on offer."""
        return int(key) > options and self.by_key(key, collecting=False, options=options) is None

    def by_word(self, text: str, asks: Asks = "anything") -> str | None:
        """The name of the wish that the whole utterance is. Where a free text is asked, one word may be the answer (a job:
        operator); where a name or a free text is, nothing but hesitation may stand beside it."""
        said = self.plain(text) if asks == "anything" else plain(text, _NOISES.union(self.around.noises))
        if asks == "text" and " " not in said:
            return None
        return next((name for name, wish in self._wishes() if said in {self.plain(one) for one in wish.say}), None)

    def plain(self, text: str) -> str:
        """An utterance without its punctuation and courtesies."""
        return plain(text, _COURTESY.union(self.around.noises, self.around.courtesy))

    def hesitates(self, text: str) -> bool:
        """Nothing but a noise: "uh", "hmm", a cough that was written as a full stop."""
        said = set(re.findall(r"[^\W_]+|#", folded(text)))
        return "*" not in text and said <= _HESITATIONS.union(self.around.noises)

    def named(self, text: str) -> NamedKeys | None:
        """The keys that the whole utterance names."""
        return named_keys(text, self.key_names)

    def asks_for_person(self, text: str) -> bool:
        """Whether what was recognised so far is, or ends with, words for a person. One word counts only by itself."""
        said = f" {self.plain(text)}"
        phrases = (self.plain(one) for one in self.person.say)
        return any(said == f" {one}" or (" " in one and said.endswith(f" {one}")) for one in phrases if one)

    def says_more(self, text: str) -> bool:
        """Whether words for a person stand in it, and others after them ("a person stole my card")."""
        said = f" {self.plain(text)} "
        return any(f" {one} " in said and not said.endswith(f" {one} ") for one in map(self.plain, self.person.say))

    def answer(self, keys: str, text: str) -> bool | None:
        """Yes or no, by key or by word; None when it is neither."""
        said, more = self.plain(text), frozenset(self.around.along)
        for wish, meaning, along in ((self.yes, True, _YES_ALONG), (self.no, False, _NO_ALONG)):
            if keys:
                if keys == wish.key:
                    return meaning
            elif said in (words := {self.plain(one) for one in wish.say}) or _led_by(words, said, along | more):
                return meaning
        return None

    def without_finish(self, text: str) -> str:
        """Dictated figures without the key that ends them: "4421, hash key"."""
        names = "|".join(re.escape(name) for name in sorted(self.key_names.get("#", ()), key=len, reverse=True))
        if not names:
            return text
        return re.sub(rf"(?i)[\s,.;]+(?:and |then |press |the )*(?:{names})(?: key| sign)?[\s.!]*$", "", text)

    def other_language(self, text: str, asks: Asks = "anything", *, collecting: bool = False) -> tuple[str, str] | None:
        """The language that the whole utterance asks for, and what is said in it. Where a name or a free text is asked, only
        who says "speak" asks for one: French, English and Welsh are names."""
        said = plain(text, _NOISES)
        speaks = not _SPEAKING.isdisjoint(said.split())
        if asks != "anything" and not speaks:
            return None
        for language, other in self.languages.items():
            if any(_wished_in(said, plain(phrase, _NOISES)) for phrase in other.say):
                return language, (other.figures if collecting else None) or other.answer
        return None

    def spoken_language(self, text: str, asked: Mapping[str, Collection[str]], asks: Asks = "anything") -> str | None:
        """Which of the languages of the line the whole utterance asks for, by the words that ask for each; where a name or a free
        text is asked, as in ``other_language``."""
        said = plain(text, _NOISES.union(self.around.noises))
        if asks != "anything" and _SPEAKING.isdisjoint(said.split()):
            return None
        found = [(len(phrase), code) for code, phrases in asked.items() for phrase in phrases if _wished_in(said, phrase)]
        if not found and (other := self.other_language(text, asks)) and other[0].partition("-")[0] in asked:
            return other[0].partition("-")[0]
        return max(found)[1] if found else None

    def _wishes(self) -> Iterator[tuple[str, Wish]]:
        for name in ("person", "repeat", "menu", "slower", "back", "goodbye"):
            yield name, getattr(self, name)


def plain(text: str, courtesies: frozenset[str] = _COURTESY) -> str:
    """An utterance without its punctuation, accents and courtesies."""
    words = re.sub(r"[^\w' ]+", " ", folded(text).replace("\u2019", "'")).split()
    while words and words[0] in courtesies:
        words = words[1:]
    while words and words[-1] in courtesies:
        words = words[:-1]
    return _START.sub("", " ".join(words)).strip()


def _led_by(phrases: set[str], said: str, along: frozenset[str]) -> bool:
    """Whether the words begin with one of the phrases and go on with nothing of weight."""
    found = (said.removeprefix(phrase) for phrase in phrases if phrase and said.startswith(f"{phrase} "))
    return any(set(rest.split()) <= along for rest in found)


def _wished_in(said: str, phrase: str) -> bool:
    """Whether ``phrase`` was said with nothing beside it but the words by which one asks for a language."""
    before, found, after = f" {said} ".partition(f" {phrase} ")
    return bool(phrase and found) and set(f"{before} {after}".split()) <= _ASKING | _SPEAKING


def without_swearing(text: str) -> str:
    """The words that Twilio's profanity filter left readable."""
    return " ".join(MASKED.sub(" ", text).split()) if "*" in text else text
