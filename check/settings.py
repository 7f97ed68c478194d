"""The settings beside the domain, ``_*.yml``: the readers that the running parts use say what is wrong, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

from bot.domain_files import DomainFileError, joined
from bot.handoff.about_the_wait import AboutTheWait, WaitingError
from bot.handoff.queues import read_queue
from bot.model import Proof
from bot.model.retention import FOR_EVER, Retention, RetentionError, Rules
from bot.ports.levels import KINDS, Levels, LevelsError
from bot.rasa_side.meaning.speech import LISTS
from bot.routing.reading import read_rules
from bot.transcript.continuity import CarryOver, CarryOverError
from bot.transcript.repeats import TEL
from check.files.shape import unknown
from check.findings import Finding, near
from check.reading.assistant import Assistant
from check.reading.documents import Document, Key

WISHES = frozenset({"begins", "together", "alike", "says_no", "refusals", "asks_first", "sure", "clauses"})
REFUSALS = frozenset("phrases commands endings ends none nouns requests states unless facts denials commanded exchanges".split())
CLAUSES = frozenset(LISTS)
WAITING = frozenset({"longest", "alone", "phrases", "pairs", "never_mind", "alone_again"})
CARRY_OVER = frozenset({"recap_after", "slots", "forms", "of_a_number"})
REPEATS = frozenset({"known_from", "agents_ask"})
DESK = frozenset({"name", "facts", "hidden", "answer_within"})
Guess = Callable[[], str]
ERRORS = (LevelsError, CarryOverError, WaitingError, RetentionError)


def _of(assistant: Assistant, file: str) -> Iterator[Document]:
    yield from (document for document in assistant.domain if document.name.rsplit("/", 1)[-1] == file)


def _asked(document: Document, key: Key, guess: Guess, read: Callable[..., object], *given: Any) -> Iterator[Finding]:
    """What a reader says of one entry, with our ``guess`` what was meant."""
    try:
        read(*given)
    except ERRORS as error:
        text = str(error).removeprefix(document.name.rsplit("/", 1)[-1]).removeprefix(":").strip()
        yield document.finding(key, text[0].upper() + text[1:] + guess())
    except (AttributeError, KeyError, TypeError, ValueError):
        yield document.finding(key, "This cannot be read: names, lists and values are expected as in domain/general/.")


def _none() -> str:
    return ""


def _names(document: Document, key: Key, what: str, known: Collection[str]) -> Iterator[Finding]:
    """The entries of a list, or the names in a mapping, that the domain does not have."""
    for place, value in document.entries(*key):
        name = place[-1] if isinstance(place[-1], str) else value
        if name not in known:
            yield document.finding(place, f"The domain has no {what} {name}.{near(name, known)}")


def levels(assistant: Assistant) -> Iterator[Finding]:
    """``_levels.yml``."""
    labels = [proof.label for proof in Proof if proof is not Proof.CLAIMED]
    known = {kind: frozenset(assistant.named(kind)) for kind in KINDS}
    seen: dict[str, Any] = {}
    for document in _of(assistant, "_levels.yml"):
        for key, _ in document.entries("levels"):
            label = key[-1]
            wrong = list(_asked(document, key, partial(near, label, labels), Levels.from_mapping, {label: {}}))
            yield from wrong
            for kind, _ in document.entries(*key) if not wrong else ():
                unknown_kind = list(
                    _asked(document, kind, partial(near, kind[-1], KINDS), Levels.from_mapping, {label: {kind[-1]: ()}})
                )
                yield from unknown_kind
                if not isinstance(document.value(*kind), list):
                    yield document.finding(kind, f"{kind[-1]} needs a list: [...]")
                for place, name in document.entries(*kind) if not unknown_kind else ():
                    one = {label: {kind[-1]: [str(name)]}}
                    yield from _asked(document, place, partial(near, name, known[kind[-1]]), _in_the_domain, one, known)
                    both = joined(seen, one)
                    double = list(_asked(document, place, _none, Levels.from_mapping, both))
                    yield from double
                    seen = seen if double else both


def _in_the_domain(levels: Mapping[str, Any], known: Mapping[str, frozenset[str]]) -> None:
    Levels.from_mapping(levels).check(known)


def slots(assistant: Assistant) -> Iterator[Finding]:
    """``_slots.yml``."""
    labels = [TEL, *(proof.label for proof in Proof if proof is not Proof.CLAIMED)]
    for document in _of(assistant, "_slots.yml"):
        yield from unknown(document, ("carry_over",), CARRY_OVER, "carry_over")
        yield from unknown(document, ("repeats",), REPEATS, "repeats")
        for kind, what, known in (("slots", "slot", assistant.slots), ("forms", "form", assistant.forms)):
            yield from _names(document, ("carry_over", kind), what, known)
            for key, rule in document.entries("carry_over", kind):
                yield from _asked(document, key, _none, CarryOver.from_mapping, {kind: {key[-1]: rule}})
        yield from _names(document, ("carry_over", "of_a_number"), "slot", assistant.slots)
        after = document.value("carry_over", "recap_after")
        if after is not None:
            yield from _asked(document, ("carry_over", "recap_after"), _none, CarryOver.from_mapping, {"recap_after": after})
        for key, how in document.entries("repeats", "known_from"):
            yield from (
                ()
                if how in labels
                else [document.finding(key, f"{how} tells no slot; known are {', '.join(labels)}.{near(how, labels)}")]
            )
        for kind in REPEATS:
            yield from _names(document, ("repeats", kind), "slot", assistant.slots)
        for key, phrases in document.entries("repeats", "agents_ask"):
            yield from () if isinstance(phrases, list) else [document.finding(key, f"{key[-1]} needs a list of phrases: [...]")]


def wishes(assistant: Assistant) -> Iterator[Finding]:
    """``_wishes.yml``."""
    yield from _asked_first(list(_of(assistant, "_wishes.yml")))
    for document in _of(assistant, "_wishes.yml"):
        yield from unknown(document, ("wishes",), WISHES, "wishes")
        yield from unknown(document, ("wishes", "refusals"), REFUSALS, "refusals")
        yield from _names(document, ("wishes", "begins"), "intent", assistant.intents)
        for key, form in document.entries("wishes", "begins"):
            if form is not None and form not in assistant.forms:
                yield document.finding(key, f"The domain has no form {form}.{near(form, assistant.forms)}")
        for kind in ("together", "says_no", "asks_first"):
            yield from _names(document, ("wishes", kind), "intent", assistant.intents)
        for place, _ in document.entries("wishes", "alike"):
            yield from _names(document, place, "intent", assistant.intents)
        yield from _names(document, ("wishes", "refusals", "facts"), "intent", assistant.intents)
        yield from unknown(document, ("wishes", "clauses"), CLAUSES, "clauses")
        for key, words in (*document.entries("wishes", "refusals"), *document.entries("wishes", "clauses")):
            if key[-1] != "facts" and key[-1] in REFUSALS | CLAUSES and not isinstance(words, list):
                yield document.finding(key, f"{key[-1]} needs a list of words.")


def _asked_first(documents: list[Document]) -> Iterator[Finding]:
    """Without ``sure`` nothing would be asked, and with 85 everything, in silence."""
    given = [(document, key, value) for document in documents for key, value in document.entries("wishes")]
    sure = [(document, key, value) for document, key, value in given if key[-1] == "sure"]
    for document, key, value in sure:
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1:
            yield document.finding(key, f"sure is a confidence, above 0 and up to 1, not {value}.")
    for document, key, _ in [one for one in given if one[1][-1] == "asks_first" and not sure][:1]:
        yield document.finding(key, "asks_first needs sure: the confidence from which on nothing is asked, such as 0.85.")


def signals(assistant: Assistant) -> Iterator[Finding]:
    """``_signals.yml``."""
    for document in _of(assistant, "_signals.yml"):
        for key, words in document.entries("signals"):
            if not isinstance(words, list):
                yield document.finding(key, f"{key[-1]} needs a list of words.")


def waiting(assistant: Assistant) -> Iterator[Finding]:
    """``_waiting.yml``: each part alone, with the rest left out."""
    files = list(_of(assistant, "_waiting.yml"))
    for document in files:
        yield from unknown(document, ("waiting",), WAITING, "waiting")
        for key, value in document.entries("waiting"):
            if key[-1] == "longest" and not (isinstance(value, int) and value > 0):
                yield document.finding(key, f"longest is a number of words, not {value}.")
            elif key[-1] in WAITING - {"longest"}:
                yield from _asked(document, key, _none, AboutTheWait.from_mapping, {"longest": 1, key[-1]: value})
                if not isinstance(value, list):
                    yield document.finding(key, f"{key[-1]} needs a list of sentences.")
    there = {key[-1] for document in files for key, _ in document.entries("waiting")}
    if files and "longest" not in there and not near("longest", there):
        yield files[0].finding(("waiting",), "longest is missing: the number of words of the longest such question.")


def retention(assistant: Assistant) -> Iterator[Finding]:
    """``_retention.yml``: each class beside good ones for the others."""
    good: dict[str, Any] = {one.value: "1 day" for one in Retention} | {Retention.FIGURES.value: FOR_EVER}
    for document in _of(assistant, "_retention.yml"):
        given = document.value("retention")
        for key, value in document.entries("retention"):
            guess = partial(near, key[-1], good)
            yield from _asked(document, key, guess if key[-1] not in good else _none, Rules.from_mapping, good | {key[-1]: value})
        for name in good.keys() - (given or {}).keys():
            if not near(name, set(given or {}) - good.keys()):
                rest = {key: value for key, value in good.items() if key != name}
                yield from _asked(document, ("retention",), _none, Rules.from_mapping, rest)


def queues(assistant: Assistant) -> Iterator[Finding]:
    """``_queues.yml``: each queue as the gateway reads it."""
    for document in _of(assistant, "_queues.yml"):
        for key, value in document.entries("queues"):
            try:
                read_queue(str(key[-1]), value)
                read_rules(str(key[-1]), value)
            except DomainFileError as error:
                yield document.finding(key, str(error).removeprefix("_queues.yml: "))


def desk(assistant: Assistant) -> Iterator[Finding]:
    """``_desk.yml``: slots that there are."""
    slots = frozenset(assistant.slots)
    for document in _of(assistant, "_desk.yml"):
        yield from unknown(document, ("desk",), DESK, "desk")
        for key in DESK - {"answer_within"}:
            yield from _names(document, ("desk", key), "slot", slots)
