"""An answer to a webhook read as TwiML, by the rules of content types.

https://www.twilio.com/docs/voice/twiml#twilio-supported-mime-types
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import aiohttp

from simulator.twiml.read import TwimlError, parse
from simulator.twiml.verbs import Document, Hangup, Play, Problem, Say
from simulator.webhooks import Answer, Request, Webhooks

XML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Source:
    """Where the next document comes from: a request, or TwiML that was given inline."""

    request: Request | None = None
    inline: str = ""


class DocumentFailed(Exception):
    """There is no document to execute; Twilio speaks of an application error."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


class Transfer(Exception):
    """Go on with another document."""

    def __init__(self, source: Source) -> None:
        super().__init__("transfer")
        self.source = source


async def fetch(webhooks: Webhooks, source: Source, jar: aiohttp.CookieJar) -> Document:
    """The voice document of a source. Raises DocumentFailed."""
    if source.request is None:
        return _inline(webhooks, source.inline)
    return await exchange(webhooks, source.request, read_voice, lambda document: document.problems, jar)


def _inline(webhooks: Webhooks, text: str) -> Document:
    try:
        document = parse(text)
    except TwimlError as error:
        problem = Problem(error.code, error.text)
        webhooks.journal.add("problem", problems=[{"code": problem.code, "text": problem.text}])
        raise DocumentFailed(problem) from error
    if document.problems:
        webhooks.journal.add("problem", problems=[{"code": p.code, "text": p.text} for p in document.problems])
    return document


async def exchange(
    webhooks: Webhooks,
    request: Request,
    read: Callable[[Answer], Read],
    problems: Callable[[Read], tuple[Problem, ...]],
    jar: aiohttp.CookieJar | None = None,
) -> Read:
    """Send, read the answer and journal both with what is wrong. Raises DocumentFailed."""
    answer = await webhooks.send(request, jar)
    failure = answer.error
    if failure is None and answer.status >= 400:
        failure = Problem(11200, f"HTTP retrieval failure: the installation answered {answer.status}")
    if failure is None:
        try:
            result = read(answer)
        except TwimlError as error:
            failure = Problem(error.code, error.text)
        else:
            webhooks.record(request, answer, problems(result))
            return result
    webhooks.record(request, answer, () if answer.error else (failure,))
    raise DocumentFailed(failure)


def read_voice(answer: Answer) -> Document:
    """A document made of an answer: TwiML, a sound to play, or plain text to read aloud."""
    if answer.status == 204 or not answer.body:
        raise TwimlError(12100, "Document parse failure: the answer is empty")
    if answer.content_type in XML_TYPES:
        return parse(answer.body, answer.url)
    if answer.content_type.startswith("audio/"):
        return Document(answer.url, (Play(answer.url), Hangup()), ())
    if answer.content_type == "text/plain":
        try:
            return parse(answer.body, answer.url)
        except TwimlError:
            note = Problem(12300, "plain text that is not TwiML is read aloud")
            return Document(answer.url, (Say(" ".join(answer.body.split())), Hangup()), (note,))
    raise TwimlError(12300, f"Invalid Content-Type: {answer.content_type or 'none'}")
