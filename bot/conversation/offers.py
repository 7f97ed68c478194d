"""The menus of one turn: what the message picks of what was shown, and what is shown now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from bot.conversation.turn import Chosen, Turn
from bot.handoff.availability import ALONE, END
from bot.menus.answers import Choice, Late, Picked, Turned, Unclear, choose
from bot.menus.menu import Menu, Shown, merged_cards, merged_options, numbered_through
from bot.model import InboundMessage, Option, Reply, stable_id
from bot.ports.stores import Menus

STANDING = MappingProxyType({"line:1": ALONE, "chat:1": END})
"""Choices of a channel's own page, beside every menu: out of the line by the web chat's strip, and the end of the chat."""


def ends(message: InboundMessage) -> bool:
    """Whether the customer ends the chat by it."""
    return STANDING.get(message.choice or "") == END


async def chosen(menus: Menus, turn: Turn) -> Choice | None:
    """What the turn's message picks; None when it is speech. A turn that is worked on again sees what it saw at first."""
    if payload := STANDING.get(turn.message.choice or ""):
        return Picked(Option(turn.message.text, payload))
    shown = await _shown(menus, turn)
    shown = shown.without(_id(turn)) if turn.again else shown
    choice = choose(shown, turn.message)
    turn.picked = _which(shown, turn, choice) if isinstance(choice, Picked) else None
    return choice


def _which(shown: Shown, turn: Turn, picked: Picked) -> Chosen | None:
    """Where the option stands: in the menu that was tapped, else in the newest that has it."""
    tapped = (turn.message.choice or "").partition(":")[0]
    menus = sorted(shown.menus, key=lambda menu: menu.id != tapped)
    menu = next((one for one in menus if picked.option in one.options), None)
    return Chosen(menu.id, menu.options.index(picked.option) + 1, picked.option.title) if menu else None


async def _shown(menus: Menus, turn: Turn) -> Shown:
    """What the conversation was offered lately; looked up once in a turn."""
    if turn.offered is None or turn.offered[0] != turn.contact.conversation_id:
        turn.offered = (turn.contact.conversation_id, await menus.get(turn.contact.conversation_id))
    return turn.offered[1]


def again(choice: Turned | Unclear | Late) -> tuple[str, Reply, int]:
    """What is said to a choice that asks back: the notice's name, the options with it, and the page's beginning."""
    match choice:
        case Turned(menu, first):
            return "utter_menu_more", Reply("", menu.options, cards=menu.cards), first
        case Unclear(options):
            return "utter_menu_which", Reply("", options), 0
        case Late(now=now):
            still = Reply("", now.options, cards=now.cards) if now else Reply("")
            return "utter_menu_late", still, now.first if now else 0


async def kept(menus: Menus, turn: Turn, at: datetime) -> tuple[str | None, tuple[Reply, ...], Shown | None]:
    """What the turn offers: the menu's id, the replies with its first page on the last of them, and what the conversation
    is shown from now on where that changes."""
    said = tuple(turn.replies)
    offered = merged_options(said)
    menu = after = None
    if offered:
        menu = turn.menu = Menu(_id(turn), offered, at, turn.message.channel, turn.first, cards=merged_cards(said))
    if menu or turn.asked:
        before = await _shown(menus, turn)
        asked = said[-1].text if said else ""
        after = before.then(turn.message.channel, menu, digits=turn.expects_digits, count=turn.collect, asked=asked)
        after = after if after != before else None
    return (menu.id, numbered_through(said, menu.page), after) if menu else (None, said, after)


def with_options(reply: Reply, offered: Reply) -> Reply:
    """The words of one reply with the options of another."""
    return replace(reply, options=offered.options, cards=offered.cards)


def _id(turn: Turn) -> str:
    return stable_id("m", turn.message.id)
