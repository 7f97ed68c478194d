"""Other languages than English (docs/languages.md): texts that belong to nothing, values that nobody fills, examples; and what is
not translated yet.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.domain_files import GENERAL
from bot.languages.current import BASE
from bot.languages.declared import Languages, LanguagesError
from bot.languages.tables import WORDS
from bot.transcript import wording as notices
from check import settings, understanding, usage, wishes
from check.findings import WARNING, Finding, near
from check.flow import dialogue
from check.reading.articles import USUAL, intents
from check.reading.assistant import Assistant
from check.reading.documents import Document, Key
from check.sentences import wording

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def declared(root: Path) -> Languages:
    """Those of the assistant below ``root``; English alone where the file cannot be used."""
    try:
        return Languages.from_domain(root / "domain")
    except LanguagesError:
        return Languages()


def languages(assistant: Assistant) -> Iterator[Finding]:
    """Whether the declaration can be used, and what is there beside it."""
    try:
        codes = Languages.from_domain(assistant.root / "domain").others
    except LanguagesError as error:
        place = next((one for one in assistant.domain if one.name.endswith("_languages.yml")), None)
        yield from [place.finding((), str(error))] if place else []
        return
    for code, documents in assistant.translations.items():
        if code not in codes:
            text = f"{code} is not declared in a _languages.yml: nobody reads this file."
            yield from (one.finding((), text, WARNING) for one in documents if not _general(one))


def by_phone(assistant: Assistant) -> Iterator[Finding]:
    """Languages that the phone line cannot speak, or not as they should be spoken."""
    for document in assistant.domain:
        for key, how in document.entries("languages"):
            code, said = str(key[-1]), how if isinstance(how, Mapping) else {}
            if code == BASE:
                continue
            if not said.get("line"):
                text = f"{code} has no line, such as line: es-US: the phone line does not speak it."
                yield document.finding(key, text, WARNING)
            elif not said.get("voice"):
                text = f"{code} has no voice, such as voice: Polly.Lupe-Neural: the account's own speaks it on the phone."
                yield document.finding(key, text, WARNING)
            elif not any(one.value("responses", OFFER) for one in assistant.translations.get(code, ())):
                yield document.finding(key, f"{code} has no {OFFER}: who calls is offered it in English.", WARNING)


OFFER = "utter_language_offer"


def _general(document: Document) -> bool:
    """Of every business, whichever languages it declares."""
    return GENERAL in Path(document.name).parts


def texts(assistant: Assistant) -> Iterator[Finding]:
    """Translations of what is not said, and placeholders that the English has not."""
    wanted, known = usage.missing_names(assistant) | set(notices.REQUIRED), usage.values(assistant)
    for documents in assistant.translations.values():
        for document in documents:
            for key, _ in document.entries("responses"):
                name = str(key[-1])
                if name in assistant.responses:
                    yield from _response(assistant, document, key, wording.filled(assistant, name, known))
                elif name not in wanted:  # else the English one is misspelt, which is told there
                    guess = near(name, assistant.responses.keys())
                    yield document.finding(key, f"There is no response {name} to be translated.{guess}")


def _response(assistant: Assistant, document: Document, key: Key, given: frozenset[str]) -> Iterator[Finding]:
    """``given``: the values that it is given, also where the English misspells one."""
    name = str(key[-1])
    filled = given | _filled(assistant.responses[name].value)
    for place, one in document.entries(*key):
        text = str(one.get("text") or "") if isinstance(one, Mapping) else ""
        if not text:
            yield document.finding(place, f'{name} says nothing here: write text: "..."')
        if unknown := set(PLACEHOLDER.findall(text)) - filled:
            yield document.finding((*place, "text"), f"{name}: nobody fills {{{min(unknown)}}}: the English has no such place.")


def aloud(assistant: Assistant) -> Iterator[Finding]:
    """What reads badly on the phone, as in English."""
    for documents in assistant.translations.values():
        yield from wording.aloud(replace(assistant, domain=documents))


def refusals(assistant: Assistant) -> Iterator[Finding]:
    """How something is refused, and how clauses are joined, as in English."""
    for documents in assistant.translations.values():
        alone = replace(assistant, domain=documents)
        alone.__dict__["intents"] = assistant.intents  # none is declared there
        yield from settings.wishes(alone)
        yield from wishes.words(alone)


def articles(assistant: Assistant) -> Iterator[Finding]:
    """Intents that an English article answers, and neither its translation nor another article of that language."""
    answered: defaultdict[str, set[str]] = defaultdict(set)
    english: defaultdict[str, set[str]] = defaultdict(set)
    for one, _, name in intents(assistant.articles):
        answered[one.language].add(name)
        if one.language == USUAL:
            english[one.path.stem].add(name)
    known = assistant.intents.keys() - dialogue.first_intents(assistant).keys()
    for one in assistant.articles:
        for name in sorted((english[one.path.stem] & known) - answered[one.language]):
            text = f"Nobody answers {name} in this language: the English article names it under intents:, this one does not."
            yield one.document.finding((), text, WARNING)


def _filled(variations: Any) -> set[str]:
    said = [one.get("text") for one in variations if isinstance(one, Mapping)] if isinstance(variations, list) else []
    return set(PLACEHOLDER.findall(" ".join(map(str, said))))


def examples(assistant: Assistant) -> Iterator[Finding]:
    """The examples of each language by themselves: the same words may mean another thing in the next."""
    for documents in assistant.translations.values():
        alone = replace(assistant, data=documents, tests=())
        said = _said(alone)
        known = {intent: entry for intent, entry in assistant.intents.items() if intent in said}
        alone.__dict__["intents"] = known  # a language need not have every intent
        for one in understanding.examples(alone):
            if one.intent not in assistant.intents:
                yield one.finding(f"The domain has no intent {one.intent}.{near(one.intent, assistant.intents)}")
        yield from understanding.form(alone)
        yield from understanding.twice(alone)


def _said(alone: Assistant) -> set[str]:
    return {one.intent for one in understanding.examples(alone)}


def untranslated(assistant: Assistant, code: str) -> dict[str, list[str]]:
    """What customers get in English in that language: by kind, the names in the order of the files."""
    documents = assistant.translations.get(code, ())
    said = {str(name) for one in documents for name in one.value("responses") or ()}
    words = {str(name) for one in documents if one.name.endswith(f"/{WORDS}") for name in one.value("words") or ()}
    titles = dict.fromkeys(str(button.get("title")) for button in _buttons(assistant))
    heard = _said(replace(assistant, data=documents, tests=()))
    taught = {one.intent for one in understanding.examples(replace(assistant, tests=()))}
    return {
        "responses": [name for name in assistant.responses if name not in said and not _for_agents(name)],
        "titles": [title for title in titles if title not in words and any(mark.isalpha() for mark in title)],
        "intents": [name for name in assistant.intents if name in taught and name not in heard],
        "articles": _articles(assistant, code),
    }


def _for_agents(name: str) -> bool:
    return bool(wording.FOR_AGENTS.match(name)) or name in AGENTS_ONLY


AGENTS_ONLY = frozenset(
    "utter_agent_whisper utter_agent_caller_gone utter_withheld_caller utter_nothing_tried utter_callback_not_reached "
    "utter_callback_last utter_agent_press utter_agent_not_taken utter_agent_calling utter_agent_over utter_business_name".split()
)
"""The gateway's sentences that no customer hears, and the name of the business."""


def _buttons(assistant: Assistant) -> Iterator[Mapping[str, Any]]:
    for entry in assistant.responses.values():
        for one in entry.value if isinstance(entry.value, list) else ():
            given = one.get("buttons") if isinstance(one, Mapping) else None
            yield from (button for button in given or () if isinstance(button, Mapping))


def _articles(assistant: Assistant, code: str) -> list[str]:
    written = {(one.path.stem, str(one.document.value("language") or "en")) for one in assistant.articles}
    return sorted(name for name, language in written if language == "en" and (name, code) not in written)
