"""Sentences: fit for their channel, complete, with options that lead somewhere and placeholders that somebody fills."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.menus.rich_replies import ADDRESS
from bot.model.keywords import STOP
from bot.transcript import wording as notices
from check.findings import WARNING, Finding, near
from check.reading.assistant import BUILT_IN_INTENTS, CHANNELS, Assistant
from check.reading.documents import Document, Key
from check.usage import values
from connectors.sms.gsm7 import BASIC, EXTENSION

PLACEHOLDER = re.compile(r"\{(\w*)\}")
ODD = re.compile(r"\{\{[^{}]*\}\}|\{(?!\w+\})[^{}]*\}")
UNFINISHED = re.compile(r"\b(TODO|FIXME|TBD|XXX)\b|\blorem ipsum\b", re.I)
SMS_LENGTH = 160
LENGTHS = {"last2": 2, "last4": 4, "code": 6, "minutes": 2, "place": 2, "number": 12, "link": 40, "spoken": 7}
USUAL_LENGTH = 8
"""Letters that a value is taken for, where a text's length is measured: by name, else the usual."""

SPOKEN_LENGTH = 300
"""Letters: about twenty seconds, after which callers have forgotten the beginning."""

TITLE_LENGTH = 20
"""Letters of a title on Messenger's buttons."""

FOR_AGENTS = re.compile(r"utter_(reason|tried)_|utter_(agent_(whisper|caller_gone)|withheld_caller|nothing_tried)$")
"""Read or heard by agents, never by customers."""

ABOUT_OPTING_OUT = frozenset({"utter_opt_out_how", "utter_opted_out", "utter_opted_in", "utter_sms_help"})
OPT_OUT = STOP | {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"}
ON_SCREEN = re.compile(r"\b(tap|click|type|below|above|button)\b", re.I)
ON_THE_WEB = re.compile(r"https?:|\bwww\.")
PICTURES = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")
MARKS = re.compile(r"[*_#|<>]|&(?!\s)|\s&\s")
SHORT_FORMS = re.compile(
    r"\b(e\.g\.|i\.e\.|etc\.|approx\.|incl\.|mins?\.|hrs?\.|no\.(?= \d)|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?=[-. ,]))"
)
LONG_NUMBER = re.compile(r"\d{5,}")
UNSPACED = ("last4", "zip", "amount")
"""Values in figures as they are written; ``spoken``, ``dollars`` and ``cents`` are for the ear."""


@dataclass(frozen=True, slots=True)
class Variation:
    """One of a response's texts, and its place. ``channel``: None for every channel."""

    name: str
    document: Document
    key: Key
    body: Mapping[str, Any]

    @property
    def channel(self) -> Any:
        """As it is written."""
        return self.body.get("channel")

    @property
    def text(self) -> str:
        """Empty where there is none."""
        return str(self.body.get("text") or "")

    @property
    def buttons(self) -> list[tuple[Key, Mapping[str, Any]]]:
        """Each with its place."""
        kinds = ("buttons", "quick_replies")  # both are options to our channels
        return [pair for kind in kinds for pair in self.document.entries(*self.key, kind) if isinstance(pair[1], Mapping)]

    def finding(self, text: str, severity: Any = "error") -> Finding:
        """A finding at the text."""
        return self.document.finding((*self.key, "text"), f"{self.name} {text}", severity)


def responses(assistant: Assistant) -> Iterator[tuple[str, Document, list[Variation]]]:
    """Each response of each file, with its variations."""
    for document in assistant.domain:
        for key, _ in document.entries("responses"):
            given = [(place, one) for place, one in document.entries(*key) if isinstance(one, Mapping)]
            yield str(key[-1]), document, [Variation(str(key[-1]), document, place, one) for place, one in given]


def channels(assistant: Assistant) -> Iterator[Finding]:
    """Unknown channels, two texts for one, none for every channel, and texts that say nothing."""
    for name, document, found in responses(assistant):
        if found and not any("channel" not in one.body for one in found):
            yield document.finding(("responses", name), f"{name} has no text for every channel: one without channel: is needed.")
        seen: dict[Any, Key] = {}
        for one in found:
            if "channel" in one.body:
                yield from _channel(one, seen)
            if not any(one.body.get(part) for part in ("text", "custom", "image", "attachment", "elements")):
                meant = any(near(key, {"text"}) for key in one.body if key not in ("channel", "metadata", "buttons"))
                yield from () if meant else [one.finding('says nothing here: write text: "..."')]


def _channel(one: Variation, seen: dict[Any, Key]) -> Iterator[Finding]:
    if not isinstance(one.channel, str):
        return  # told by its form
    if one.channel not in CHANNELS:
        known = near(one.channel, CHANNELS) or f" Known are {', '.join(CHANNELS)}."
        yield one.document.finding((*one.key, "channel"), f"There is no channel {one.channel}.{known}")
    elif one.channel in seen and not one.body.get("condition"):
        line = one.document.line(*seen[one.channel])
        yield one.document.finding(
            (*one.key, "channel"), f"{one.name} has a text for {one.channel} already, in line {line}.", WARNING
        )
    seen.setdefault(one.channel, one.key)


def heard(found: list[Variation], channel: str) -> list[Variation]:
    """What customers get on a channel: its variations, or those for every channel."""
    own = [one for one in found if one.channel == channel]
    return own or [one for one in found if "channel" not in one.body]


def by_sms(assistant: Assistant) -> Iterator[Finding]:
    """Texts that are too long, cost double, or have words that carriers take as opting out."""
    for name, _, found in responses(assistant):
        for one in heard(found, "sms") if not FOR_AGENTS.match(name) else ():
            length = _length(one.text)
            if length > SMS_LENGTH:
                text = f"has {length} letters; by SMS {SMS_LENGTH} are one message. Write a shorter text with channel: sms."
                yield one.finding(text, WARNING)
            if strange := sorted(set(one.text) - BASIC - EXTENSION):
                yield one.finding(f"has {' '.join(strange)} by SMS, which makes it cost double: write plain letters.", WARNING)
            yield from _opting_out(one)


def _length(text: str) -> int:
    return len(PLACEHOLDER.sub(lambda found: "x" * LENGTHS.get(found[1], USUAL_LENGTH), text))


def words_of(text: str) -> set[str]:
    """Its words in small letters."""
    return set(re.findall(r"[a-z]+", text.casefold()))


def _opting_out(one: Variation) -> Iterator[Finding]:
    words = words_of(one.text) & OPT_OUT
    if words and one.name not in ABOUT_OPTING_OUT:
        yield one.finding(f'has "{min(words)}" by SMS, which invites people to opt out: say it in another word.')
    for key, button in one.buttons:
        title = str(button.get("title", ""))
        bare = re.sub(r"\W", "", title.casefold())
        risky = words_of(title) & OPT_OUT
        if bare in ("yes", "no"):
            yield one.document.finding(
                key, f"{one.name} has the option {title} by SMS, where carriers take it as an answer to them: say more."
            )
        elif risky:
            yield one.document.finding(
                key, f'{one.name} has "{min(risky)}" in an option by SMS, which invites people to opt out.'
            )


def aloud(assistant: Assistant) -> Iterator[Finding]:
    """Texts that read badly, or too long, on the phone."""
    for name, _, found in responses(assistant):
        if FOR_AGENTS.match(name):
            continue
        for one in heard(found, "voice"):
            if why := badly_read(one.text):
                cure = "" if one.channel == "voice" else " Write another text with channel: voice."
                yield one.finding(f"reads badly aloud: {why}.{cure}", WARNING)


def badly_read(text: str) -> str:
    """Why, as the end of a sentence; empty where nothing is wrong."""
    if found := ON_SCREEN.search(text):
        return (
            f'nobody can "{found[0]}" on the phone'
            if found[0].casefold() in ("tap", "click", "type")
            else f'there is no "{found[0]}"'
        )
    if ON_THE_WEB.search(text):
        return "an address of a page"
    for pattern, what in (
        (PICTURES, "the picture"),
        (MARKS, "the sign"),
        (SHORT_FORMS, "the short form"),
        (LONG_NUMBER, "the number"),
    ):
        if found := pattern.search(PLACEHOLDER.sub("x", text)):
            return f"{what} {found[0].strip()}"
    if figures := [value for value in UNSPACED if f"{{{value}}}" in text]:
        instead = {"amount": "{dollars} and {cents}"}.get(figures[0], "{spoken}")
        return f"{{{figures[0]}}} is written in figures: {instead} is for the ear"
    length = _length(text)
    return f"{length} letters are too long to be listened to; {SPOKEN_LENGTH} are enough" if length > SPOKEN_LENGTH else ""


def placeholders(assistant: Assistant) -> Iterator[Finding]:
    """Values in braces that nobody fills."""
    known = values(assistant)
    for name, document, found in responses(assistant):
        for one in found:
            for key, text in _texts(document, one.key, one.body):
                yield from _placeholders(one, key, text, filled(assistant, name, known))


def filled(assistant: Assistant, name: str, known: Collection[str]) -> frozenset[str]:
    """The values that a response is given. ``known``: ``usage.values`` of the assistant."""
    if name in assistant.notices:
        return frozenset(notices.VALUES.get(name, ()))
    return assistant.code.fills(name, known) | assistant.slots.keys()


def _texts(document: Document, key: Key, part: Any) -> Iterator[tuple[Key, str]]:
    """Every text in there, but the settings of the phone, which have values of their own."""
    if isinstance(part, str):
        yield key, part
    for place, value in document.entries(*key) if isinstance(part, Mapping | list) else ():
        if place[-1] not in ("metadata", "payload", "condition"):
            yield from _texts(document, place, value)


def _placeholders(one: Variation, key: Key, text: str, filled: Collection[str]) -> Iterator[Finding]:
    for value in PLACEHOLDER.findall(text):
        if value not in filled:
            known = near(value, filled) or (
                f" Known are {', '.join(f'{{{name}}}' for name in sorted(filled))}." if 0 < len(filled) < 5 else ""
            )
            yield one.document.finding(key, f"{one.name}: nobody fills {{{value}}}.{known}")
    if odd := ODD.search(text):
        yield one.document.finding(key, f"{one.name}: a value is written {{name}}, not {odd[0]}.")
    if unfinished := UNFINISHED.search(text):
        yield one.document.finding(key, f"{one.name} is not finished: {unfinished[0]}.", WARNING)
    if text.count("{") != text.count("}"):
        yield one.document.finding(key, f"{one.name}: a brace is missing: a value is written {{name}}.")


def options(assistant: Assistant) -> Iterator[Finding]:
    """Buttons without a title, or which lead nowhere; links that are none."""
    for name, document, found in responses(assistant):
        for one in found:
            seen: dict[Any, Any] = {}
            for key, button in one.buttons:
                yield from _button(assistant, name, document, key, button)
                payload = button.get("payload")
                if payload and payload in seen:
                    yield document.finding(
                        key, f"{name} has two options for {payload}: {seen[payload]} and {button.get('title')}."
                    )
                seen.setdefault(payload, button.get("title"))
            yield from _links(one)


def _button(assistant: Assistant, name: str, document: Document, key: Key, button: Mapping[str, Any]) -> Iterator[Finding]:
    title, payload, url = button.get("title"), button.get("payload"), button.get("url")
    slips = [one for one in button if one not in ("title", "payload", "url", "type")]
    if not title and not any(near(one, {"title"}) for one in slips):
        yield document.finding(key, f"{name} has an option without a title.")
    elif title and len(str(title)) > TITLE_LENGTH:
        yield document.finding(
            key, f"{name} has an option of {len(str(title))} letters; Messenger shows {TITLE_LENGTH}: {title}", WARNING
        )
    if url is not None:
        if not ADDRESS.fullmatch(str(url)) and not PLACEHOLDER.search(str(url)):
            yield document.finding(key, f"{name}: {url} is no address: it begins with https:// or tel:+.")
    elif payload is None:
        if not any(near(one, {"payload"}) for one in slips):
            yield document.finding(key, f"{name}: the option {title} leads nowhere: write payload: /intent.")
    elif button.get("type") != "phone_number":
        yield from _payload(assistant, name, document, key, str(payload))


def _payload(assistant: Assistant, name: str, document: Document, key: Key, payload: str) -> Iterator[Finding]:
    intent, brace, values_ = payload.removeprefix("/").partition("{")
    if not payload.startswith("/"):
        yield document.finding(key, f"{name}: the payload {payload} begins with a stroke: /{payload}")
    elif intent not in assistant.intents.keys() | BUILT_IN_INTENTS:
        yield document.finding(
            key, f"{name}: the option leads to /{intent}, and the domain has no intent {intent}.{near(intent, assistant.intents)}"
        )
    elif brace:
        try:
            json.loads(brace + values_)
        except ValueError:
            yield document.finding(key, f"{name}: what stands behind /{intent} is no JSON: {brace}{values_}")


def _links(one: Variation) -> Iterator[Finding]:
    for kind, part in (("links", "url"), ("images", "url"), ("locations", "url")):
        for key, body in one.document.entries(*one.key, "custom", kind):
            url = body.get(part) if isinstance(body, Mapping) else body
            needed = kind != "locations"
            if (url is None and needed) or (url is not None and not _address(str(url))):
                yield one.document.finding(key, f"{one.name}: {url or 'this'} is no address: it begins with https:// or tel:+.")
    image = one.body.get("image")
    if image is not None and not _address(str(image)):
        yield one.document.finding(
            (*one.key, "image"), f"{one.name}: {image} is no address of a picture: it begins with https://."
        )


def _address(url: str) -> bool:
    return ADDRESS.fullmatch(url) is not None or PLACEHOLDER.search(url) is not None


def gateway(assistant: Assistant) -> Iterator[Finding]:
    """The gateway's own sentences: all of them, and none that it does not say."""
    files = [document for document in assistant.domain if document.name.endswith("/_notices.yml")]
    if not files:
        return
    for name in notices.REQUIRED:
        if name not in assistant.notices and not near(name, assistant.notices - set(notices.REQUIRED)):
            yield files[0].finding(("responses",), f"The gateway's sentence {name} is missing.")
    for document in files:
        for key, _ in document.entries("responses"):
            if key[-1] not in notices.REQUIRED:
                yield document.finding(key, f"The gateway never says {key[-1]}.{near(key[-1], notices.REQUIRED)}")
