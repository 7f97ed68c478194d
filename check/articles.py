"""Articles (docs/knowledge.md): whole, fit for their channels, not past their review, and leading somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.menus.rich_replies import ADDRESS
from check.findings import WARNING, Finding, listed, near
from check.flow import dialogue
from check.reading.articles import USUAL, ArticleFile, intents
from check.reading.assistant import Assistant
from check.reading.documents import Document, Key
from check.sentences.wording import OPT_OUT, badly_read, words_of
from connectors.sms.gsm7 import BASIC, EXTENSION
from knowledge.article import AMENDS, UNWRITTEN, FrontMatter, NextStep, Picture, Short, Valid
from knowledge.elsewhere import KEY
from knowledge.reading import SLUG, linked

PARTS: dict[Key, type[BaseModel]] = {
    (): FrontMatter,
    ("short",): Short,
    ("next",): NextStep,
    ("valid",): Valid,
    ("picture",): Picture,
}
SMS_LETTERS = 306
"""Two parts of a long text message."""

SMS_AROUND = 70
"""What the assistant adds to an answer by SMS: where it is from, whether it helped, two options and how to answer."""

SENTENCES = 2
FEWEST_QUESTIONS = 5


def articles(assistant: Assistant) -> Iterator[Finding]:
    """Each article by itself, and each with the others."""
    seen: dict[tuple[str, Any], str] = {}
    there = {folder: _files(folder) for folder in {one.path.parent for one in assistant.articles}}
    for one in assistant.articles:
        yield from chain(_whole(one), _written(one))
        yield from chain(
            _by_sms(one), _aloud(one), _questions(one), _in_time(one), _next(assistant, one), _links(one, there[one.path.parent])
        )
        name = (one.path.stem, one.document.value("language"))
        if seen.setdefault(name, one.document.name) != one.document.name:
            yield one.document.finding((), f"{seen[name]} has the same name and language.")
    yield from _intents(assistant)
    yield from chain.from_iterable(map(_elsewhere, assistant.beside_articles))


def _whole(one: ArticleFile) -> Iterator[Finding]:
    """What the reader refuses, all of it."""
    if not SLUG.fullmatch(one.path.stem):
        yield one.document.finding((), "The name of the file is the page's address: small letters, figures and hyphens.")
    if not isinstance(one.document.content, dict):
        yield one.document.finding((), "An article begins with --- and its front matter: title: and the rest, then --- again.")
        return
    if not one.body.strip():
        yield one.document.finding((), "The article has no text below its front matter.")
    try:
        FrontMatter.model_validate(one.document.content)
    except ValidationError as error:
        for wrong in error.errors():
            yield _refused(one.document, tuple(wrong["loc"]), wrong["type"], wrong["msg"])


def _written(one: ArticleFile) -> Iterator[Finding]:
    """Nothing of a draft (`make proposals`) is left open."""
    for place, text in _texts(one.document):
        if UNWRITTEN in text:
            yield one.document.finding(place, f"{'.'.join(map(str, place))}: {UNWRITTEN} stands here. Write it.")
    for number, line in enumerate(one.body.splitlines(), 1):
        if UNWRITTEN in line:
            yield Finding(one.document.name, one.body_line + number, f"{UNWRITTEN} stands here. Write it.")
    if one.body.startswith(AMENDS):
        text = "This is a draft to amend another article: put its words there, and delete it."
        yield Finding(one.document.name, one.body_line + 1, text)


def _texts(document: Document, *key: Any) -> Iterator[tuple[Key, str]]:
    """Every text of the front matter, with its place."""
    for place, value in document.entries(*key):
        if isinstance(value, str):
            yield place, value
        yield from _texts(document, *place)


def _refused(document: Document, place: Key, kind: str, message: str) -> Finding:
    known = _names(PARTS.get(place[:-1]))
    if kind == "extra_forbidden":
        guess = near(place[-1], known) or listed(known)
        return document.finding(place, f"Nothing reads {place[-1]}: here.{guess}")
    name = ".".join(str(part) for part in place) or "valid"
    if kind == "missing":
        return document.finding(place[:-1], f"{name}: is missing.")
    return document.finding(place, f"{name}: {message[0].casefold()}{message[1:]}.")


def _names(part: type[BaseModel] | None) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in part.model_fields.items()) if part else frozenset()


def _text(one: ArticleFile, *key: str) -> str:
    found = one.document.value(*key)
    return found if isinstance(found, str) else ""


def _by_sms(one: ArticleFile) -> Iterator[Finding]:
    key, text = ("short", "sms"), _text(one, "short", "sms")
    room = SMS_LETTERS - SMS_AROUND - len(_text(one, "title")) - len(_text(one, "next", "title"))
    length = sum(2 if letter in EXTENSION else 1 for letter in text)
    if length > room:
        yield one.document.finding(key, f"short.sms has {length} letters; with what stands around it {room} are two messages.")
    usual = one.language == USUAL  # others write it plainly themselves (docs/languages.md)
    if usual and (strange := sorted(set(text + _text(one, "title")) - BASIC - EXTENSION)):
        yield one.document.finding(key, f"short.sms or the title has {' '.join(strange)}, which makes it cost double.", WARNING)
    if risky := words_of(text) & OPT_OUT:
        yield one.document.finding(key, f'short.sms has "{min(risky)}", which invites people to opt out: use another word.')


def _aloud(one: ArticleFile) -> Iterator[Finding]:
    key, text = ("short", "voice"), _text(one, "short", "voice")
    ends = sum(text.count(mark) for mark in (". ", "! ", "? ")) + bool(text)
    if ends > SENTENCES:
        yield one.document.finding(key, f"short.voice has {ends} sentences; {SENTENCES} are what a caller keeps in mind.")
    if why := badly_read(text):
        yield one.document.finding(key, f"short.voice reads badly aloud: {why}.", WARNING)


def _questions(one: ArticleFile) -> Iterator[Finding]:
    questions = one.document.value("questions")
    if not isinstance(questions, list):
        return
    if 0 < len(questions) < FEWEST_QUESTIONS:
        text = f"{len(questions)} questions are few to be found by: {FEWEST_QUESTIONS} at least, in different words."
        yield one.document.finding(("questions",), text, WARNING)
    for number, question in enumerate(questions):
        if question in questions[:number]:
            yield one.document.finding(("questions", number), f"{question} stands here twice.", WARNING)


def _in_time(one: ArticleFile) -> Iterator[Finding]:
    review, until = one.document.value("review"), one.document.value("valid", "to")
    today = date.today()  # noqa: DTZ011 a day, as the author wrote it
    if isinstance(review, date) and review < today:
        text = f"The review was due on {review}. Read it again, and write the next date."
        yield one.document.finding(("review",), text, WARNING)
    if isinstance(until, date) and until < today:
        yield one.document.finding(("valid", "to"), f"Since {until} nobody is told this. Renew or delete it.", WARNING)


def _next(assistant: Assistant, one: ArticleFile) -> Iterator[Finding]:
    intent = one.document.value("next", "intent")
    if isinstance(intent, str) and intent not in assistant.intents:
        guess = near(intent, assistant.intents)
        yield one.document.finding(("next", "intent"), f"The domain has no intent {intent}.{guess}")


def _intents(assistant: Assistant) -> Iterator[Finding]:
    """What they answer (``intents``) is an intent, and one that no rule answers, too."""
    ruled = dialogue.first_intents(assistant)
    for one, key, name in intents(assistant.articles):
        if name not in assistant.intents:
            yield one.document.finding(key, f"The domain has no intent {name}.{near(name, assistant.intents)}")
        elif name in ruled:
            yield one.document.finding(key, f"{ruled[name]} answers {name}, too: take it out there or here.")


def _files(folder: Path) -> frozenset[str]:
    """What an article there can lead to."""
    return frozenset(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _links(one: ArticleFile, there: frozenset[str]) -> Iterator[Finding]:
    for address, line in linked(one.body):
        file = address.partition("#")[0]
        if not ADDRESS.fullmatch(address) and file and file not in there:
            yield Finding(one.document.name, one.body_line + line, f"There is no file {file} beside this one.{near(file, there)}")
    picture = one.document.value("picture", "file")
    if isinstance(picture, str) and picture not in there:
        yield one.document.finding(("picture", "file"), f"There is no file {picture} beside this one.{near(picture, there)}")


def _elsewhere(document: Document) -> Iterator[Finding]:
    found = document.value(KEY)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        yield document.finding((KEY,), f"A list of questions is expected below {KEY}:")
