"""A Reply as Messenger's ``message`` objects: texts, quick replies, buttons, carousels. Pure.

Quick replies: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
Templates: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/templates
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from bot.menus.menu import MORE, on_card
from bot.menus.phrases import Phrases, phrases
from bot.menus.plain_text import written
from bot.model import Card, Link, Location, Option, Reply
from connectors.sms.split import split, units, whole_characters

TEXT_LIMIT = 1900
"""Characters of one text; Meta takes fewer than 2000 (1994 was measured)."""

TEXT_PREFERRED = 640
"""Where we rather cut: longer texts fill a phone's screen. Also the most that a button template takes."""

QUICK_REPLIES, QUICK_REPLY_TITLE = 13, 20
BUTTONS, BUTTON_TITLE = 3, 20
"""Of one template, or of one element of a carousel."""

ELEMENTS, ELEMENT_TEXT = 10, 80
"""Cards of one carousel; characters of a card's title and subtitle."""

ATTACHMENTS = ("image", "audio", "video")
"""Attachment types by the first half of the MIME type; the rest are ``file``."""

Json = dict[str, Any]
Thing = TypeVar("Thing")


def contents(reply: Reply, menu_id: str | None, render: Callable[[Reply], str]) -> list[Json]:
    """The ``message`` objects that carry a reply, quick replies on the last: media, texts with links, places, cards.

    Options that cannot be tapped (no menu, or more than 13: ``bot.menus.menu`` pages them before) are ``render``'s numbered text.
    """
    words = phrases(reply.language)
    files = [{"attachment": {"type": _kind(m.content_type), "payload": {"url": m.url}}} for m in reply.media]
    if reply.options and (menu_id is None or len(reply.options) > QUICK_REPLIES):
        return [*files, *({"text": part} for part in split(render(reply), TEXT_PREFERRED, TEXT_LIMIT))]
    cards = [card for card in reply.cards if _has_more(card)]
    buttons, listed = quick_replies(_loose(reply, cards), menu_id or "")
    linked = reply.links[:BUTTONS]
    places = [place for place in reply.locations if place.address or place.url or place.tel]
    plain = replace(
        reply,
        options=(),
        cards=tuple(c for c in reply.cards if c not in cards),
        links=reply.links[BUTTONS:],
        locations=tuple(p for p in reply.locations if p not in places),
    )
    bodies = _texts("\n".join(filter(None, [reply.text, *written(plain, words), *listed])), linked)
    bodies += _carousels([_place(place, words) for place in places])
    bodies += _carousels([_element(card, reply, menu_id) for card in cards])
    if buttons and not bodies:  # quick replies need something to stand under
        return [*files, *({"text": part} for part in split(render(reply), TEXT_PREFERRED, TEXT_LIMIT))]
    if buttons:
        bodies[-1]["quick_replies"] = buttons
    return [*files, *bodies]


def quick_replies(options: Sequence[tuple[int, Option]], menu_id: str) -> tuple[list[Json], list[str]]:
    """One quick reply for each numbered option, its payload the menu's token; and lines for the text.

    Titles that are too long, or alike, are written out as numbered lines, and the quick replies begin with their numbers.
    """
    titles = [option.title.strip() for _, option in options]
    fit = all(titles) and len(set(titles)) == len(titles) and all(units(title) <= QUICK_REPLY_TITLE for title in titles)
    made, lines = [], []
    for number, option in options:
        full = option.title.strip()
        if not fit and option.payload != MORE:
            full = f"{number} {full}".strip()
            lines.append(full)
        made.append({"content_type": "text", "title": short(full, QUICK_REPLY_TITLE), "payload": f"{menu_id}:{number}"})
    return made, lines


def short(text: str, limit: int) -> str:
    """The text in at most ``limit`` UTF-16 units, with an ellipsis where it was cut."""
    text = text.strip()
    if units(text) <= limit:
        return text
    cut = limit - 1
    while units(text[:cut]) >= limit:
        cut -= 1
    return text[: whole_characters(text, cut)].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def _texts(text: str, links: Sequence[Link]) -> list[Json]:
    """The text in pages; links are buttons of the last, or of one more when the last is too long for a template."""
    parts = split(text, TEXT_PREFERRED, TEXT_LIMIT)
    if not links:
        return [{"text": part} for part in parts]
    if not parts or units(parts[-1]) > TEXT_PREFERRED:
        parts.append(short(", ".join(link.title for link in links), TEXT_PREFERRED))
    template = {"template_type": "button", "text": parts[-1], "buttons": [_button(link) for link in links]}
    return [*({"text": part} for part in parts[:-1]), _template(template)]


def _carousels(elements: Sequence[Json]) -> list[Json]:
    return [_template({"template_type": "generic", "elements": list(some)}) for some in _chunks(elements, ELEMENTS)]


def _template(payload: Json) -> Json:
    return {"attachment": {"type": "template", "payload": payload}}


def _element(card: Card, reply: Reply, menu_id: str | None) -> Json:
    body = _titled(card.title, card.text)
    if card.image:
        body["image_url"] = card.image
    if card.link and card.link.url.startswith("http"):
        body["default_action"] = {"type": "web_url", "url": card.link.url}
    if buttons := [*_links(card.link), *_postbacks(card, reply, menu_id)]:
        body["buttons"] = buttons
    return body


def _postbacks(card: Card, reply: Reply, menu_id: str | None) -> list[Json]:
    return [
        {"type": "postback", "title": short(option.title, BUTTON_TITLE), "payload": f"{menu_id}:{number}"}
        for number, option in on_card(reply, card)[: BUTTONS - len(_links(card.link))]
    ]


def _loose(reply: Reply, cards: Sequence[Card]) -> list[tuple[int, Option]]:
    """The options that are no card's button, with their numbers."""
    carried = {number for card in cards for number, _ in on_card(reply, card)[: BUTTONS - len(_links(card.link))]}
    return [(number, option) for number, option in enumerate(reply.options, 1) if number not in carried]


def _place(place: Location, words: Phrases) -> Json:
    body = _titled(place.name, place.address or place.tel)
    tel = Link(words.call, f"tel:{place.tel}") if place.tel.startswith("+") else None
    if buttons := [*_links(Link(words.open_map, place.url) if place.url else None), *_links(tel)]:
        body["buttons"] = buttons
    return body


def _titled(title: str, subtitle: str) -> Json:
    body = {"title": short(title, ELEMENT_TEXT)}
    return {**body, "subtitle": short(subtitle, ELEMENT_TEXT)} if subtitle else body


def _has_more(card: Card) -> bool:
    """A carousel's element needs something besides its title."""
    return bool(card.text or card.image or card.link or card.options)


def _links(link: Link | None) -> list[Json]:
    return [_button(link)] if link else []


def _button(link: Link) -> Json:
    title = short(link.title, BUTTON_TITLE)
    if link.url.startswith("tel:"):
        return {"type": "phone_number", "title": title, "payload": link.url.removeprefix("tel:")}
    return {"type": "web_url", "title": title, "url": link.url}


def _chunks(items: Sequence[Thing], size: int) -> Iterator[Iterable[Thing]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _kind(content_type: str) -> str:
    family = content_type.partition("/")[0]
    return family if family in ATTACHMENTS else "file"
