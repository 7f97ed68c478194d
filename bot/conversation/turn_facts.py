"""What a turn tells, once it is over: what was heard, what was made of it, what was chosen, asked, offered and spoken.

Ids and times follow from the message, so that a turn that is worked on again tells the same. Replies on text channels are told
where they are put on their way (``bot.facts.messages``); those of a call are spoken by its webhook, and told here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from bot.conversation.turn import FAILED, Turn, words
from bot.door.opt_out_words import Wish
from bot.handoff.lifecycle import INBOX
from bot.menus.menu import Menu
from bot.model import About, Author, ChannelName, Entry, Fact, InboundMessage, Kind
from bot.model.facts import made
from bot.ports import TurnResult, Understood

FORMS = {ChannelName.SMS: "numbers", ChannelName.VOICE: "speech"}
"""How options are offered; elsewhere as buttons."""

Told = tuple[str, dict[str, object]]


def of_turn(turn: Turn, result: TurnResult, at: datetime) -> list[Fact]:
    """All of it. ``at``: when it was over, for its latency; the facts' own time is the message's."""
    message = turn.message
    about = About(turn.contact.conversation_id, turn.contact.id, message.channel.value)
    told, count = [], dict[str, int]()
    for kind, body in (*_heard(turn), *_made_of_it(turn, at), *_worded(turn), *_offered(turn), *_spoken(turn, result)):
        told.append(made(kind, message.id, message.received_at, about, body, count.setdefault(kind, 0)))
        count[kind] += 1
    return told


def _heard(turn: Turn) -> Iterator[Told]:
    """The customer's words; a colleague's in Meta's inbox are a reply to the customer."""
    message, entry = turn.message, turn.message.entry or Entry()
    said = bool(message.text or message.digits or message.choice or message.media or entry.kind is not Kind.WORDS)
    if message.hand_back or not said:
        return
    text = turn.typed or (turn.picked.title if turn.picked and message.choice else "") or words(message)
    here = {"message_id": message.id, "text": text, "address": str(message.sender)}
    if entry.kind is Kind.ECHO:
        yield "reply", {**here, "author": Author.AGENT.value, "agent": INBOX}
        return
    media = [one.content_type for one in message.media]
    yield "message_in", {**here, "form": _form(message, entry), "level": turn.proof.label, "media": media, "masked": entry.masked}
    if turn.wish is not None:
        yield from _about_texts(turn, text)
    if turn.picked:
        yield "menu_chosen", {**asdict(turn.picked), "by": _by(message)}


def _about_texts(turn: Turn, text: str) -> Iterator[Told]:
    """The proof: whose number, in which words, and what we said (nothing, where the vendor answers)."""
    number = turn.message.sender if turn.message.channel is ChannelName.SMS else turn.contact.tel
    notice = " ".join(reply.text for reply in turn.replies)
    kind = "opt_out" if turn.wish is Wish.STOP else "opt_in"
    yield kind, {"address": str(number), "words": text, "notice": notice, "by": "customer"}


def _form(message: InboundMessage, entry: Entry) -> str:
    if entry.kind is not Kind.WORDS:
        return entry.kind.value
    if message.choice is not None:
        return "choice"
    if message.digits is not None:
        return "digits"
    return "speech" if message.channel is ChannelName.VOICE else "words"


def _by(message: InboundMessage) -> str:
    if message.choice is not None:
        return "tap"
    if message.digits is not None:
        return "keys"
    return "number" if message.text.strip().isdigit() else "words"


def _made_of_it(turn: Turn, at: datetime) -> Iterator[Told]:
    """The assistant's part; nothing where it was not asked."""
    message, found = turn.message, turn.understood
    latency = max(0, round((at - message.received_at).total_seconds() * 1000))
    here = {"message_id": message.id, "latency_ms": latency}
    if found is None:
        if turn.asked or turn.failed:
            yield "turn", {**here, "action": FAILED if turn.failed else "", "fallback": turn.failed}
        return
    intents = {} if turn.unclassified else _intents(found)
    alone = turn.failed and len(turn.replies) == 1
    acted = {"model": found.model, "policy": found.policy, "action": FAILED if alone else found.action, "form": found.form}
    yield "turn", {**here, **intents, **acted, "fallback": found.fallback or turn.failed}
    for slot in found.slots:
        taken = {"slot": slot.name, "value": slot.value, "words": turn.typed or words(message), "level": turn.proof.label}
        yield "slot_set", taken
    for name, channel in found.repeats:
        yield "repeat_asked", {"slot": name, "given_on": channel, "by": Author.BOT.value}


def _intents(found: Understood) -> dict[str, object]:
    first = {"intent": found.intent, "confidence": found.confidence}
    return {**first, "runner_up": found.runner_up, "runner_up_confidence": found.runner_up_confidence}


def _worded(turn: Turn) -> Iterator[Told]:
    yield from (("language_model_used", asdict(use)) for use in turn.model_uses)


def _offered(turn: Turn) -> Iterator[Told]:
    menu: Menu | None = turn.menu
    if menu is not None:
        titles = [option.title for option in menu.options]
        form = FORMS.get(turn.message.channel, "buttons")
        yield "menu_shown", {"menu_id": menu.id, "options": titles, "count": len(titles), "form": form}


def _spoken(turn: Turn, result: TurnResult) -> Iterator[Told]:
    message = turn.message
    for number, reply in enumerate(result.replies if message.channel is ChannelName.VOICE else (), 1):
        where = {"message_id": f"{message.id}>{number}", "address": str(message.sender), "n": number}
        yield "reply", {**where, "author": Author.BOT.value, "text": reply.text, "response": reply.response, "form": "speech"}
