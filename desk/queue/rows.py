"""The rows of the left column, made from what is open. Pure: no I/O, no HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.model import Author, Callback, ChannelName, Handoff, Proof
from bot.model.handoffs import INBOX
from bot.model.queues import GENERAL, Queues
from bot.ports import Glance
from bot.routing.line import in_order
from desk.queue.wanted import ListName, Wanted
from desk.show import Customer, called
from desk.words import Words
from desk.words.facts import FactWords

SAYS = (Author.AGENT, Author.BOT)
"""Whose last line is marked with who said it; a customer's stands as it is."""
ORDER = (ListName.MINE, ListName.QUEUE, ListName.OTHERS, ListName.CLOSED)


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation. ``place``: among those who wait and are there, from 1; 0: waits and has left; None: somebody has it.

    ``since``: since when somebody waits, ``due``: when they are promised an answer. ``marks``: words with a time each, if it has
    one. All of it is plain, so that a row that was rendered is known again.
    """

    id: str
    group: ListName
    who: str
    proof: Proof
    topic: str
    last: str
    by: str
    channel: ChannelName
    place: int | None = None
    owner: str = ""
    alone: bool = False
    unread: bool = False
    since: datetime | None = None
    due: datetime | None = None
    closed_at: datetime | None = None
    marks: tuple[tuple[str, datetime | None], ...] = ()
    ahead: str = ""
    """Why it stands before some who came sooner."""
    queue: str = ""
    """Its title, where there are several lines."""

    @property
    def mine(self) -> bool:
        """Whether it is the agent's who looks."""
        return self.group is ListName.MINE


@dataclass(frozen=True, slots=True)
class Looking:
    """Whose rows they are: the agent, when they last read each conversation, colleagues' names and who of them is not there."""

    username: str
    read: Mapping[str, datetime]
    names: Mapping[str, str]
    left: Collection[str]
    facts: FactWords
    say: Words
    within: Callable[[str], timedelta | None]
    """How soon a queue's customers are promised an answer."""
    queues: Queues = field(default_factory=Queues)


def rows(glances: Sequence[Glance], looking: Looking) -> list[Row]:
    """The agent's own first, what they have not read at the top; then who waits, the longest first and behind them who has
    left; then the colleagues'; what is closed the last first."""
    waiting = sorted((one for one in glances if _group(one.handoff, looking) is ListName.QUEUE), key=_in_line)
    places = _places(waiting)
    made = [row(one, looking, places.get(one.handoff.id)) for one in (*waiting, *_taken(glances, looking))]
    return sorted(made, key=lambda one: (ORDER.index(one.group), one.group is not ListName.QUEUE and not one.unread))


def _taken(glances: Sequence[Glance], looking: Looking) -> list[Glance]:
    taken = [one for one in glances if _group(one.handoff, looking) is not ListName.QUEUE]
    return sorted(taken, key=_taken_order)


def _taken_order(one: Glance) -> float:
    at = one.handoff
    moment = (at.closed_at or at.opened_at) if not at.open else one.unanswered or at.assigned_at or at.opened_at
    return moment.timestamp() if at.open else -moment.timestamp()


def _in_line(one: Glance) -> tuple[bool, tuple[datetime, datetime, str]]:
    return not one.handoff.here, in_order(one.handoff)


def _places(waiting: Sequence[Glance]) -> dict[str, int]:
    """As customers are told them, each in its own queue; 0 for who has left."""
    reached: Counter[str] = Counter()
    places = {}
    for one in waiting:
        reached[one.handoff.queue] += one.handoff.here
        places[one.handoff.id] = reached[one.handoff.queue] if one.handoff.here else 0
    return places


def ahead(handoff: Handoff, say: Words) -> str:
    """Why it stands before some who came sooner, in words; empty without a head start."""
    if not handoff.ahead:
        return ""
    reasons = ", ".join(f"{_reason(one.why, say)} {one.minutes}" for one in handoff.ahead)
    return say("row.ahead", minutes=sum(one.minutes for one in handoff.ahead), reasons=reasons)


def _reason(why: str, say: Words) -> str:
    kind, _, name = why.partition(".")
    return say(f"level.{name}") if kind == "proof" else name.replace("_", " ")


def _group(handoff: Handoff, looking: Looking) -> ListName:
    if not handoff.open and handoff.closed_at:
        return ListName.CLOSED
    if handoff.agent is None:
        return ListName.QUEUE
    return ListName.MINE if handoff.agent == looking.username else ListName.OTHERS


def row(one: Glance, looking: Looking, place: int | None = None) -> Row:
    """One conversation as this agent sees it."""
    handoff, group, who = one.handoff, _group(one.handoff, looking), customer(one, looking.facts)
    since = handoff.opened_at if group is ListName.QUEUE else one.unanswered if handoff.open else None
    within = looking.within(handoff.queue)
    return Row(
        handoff.id,
        group,
        who.called,
        who.proof,
        handoff.reason,
        one.last.text if one.last else "",
        _by(one, looking),
        handoff.channel,
        place,
        looking.names.get(handoff.agent or "", handoff.agent or ""),
        handoff.id in looking.left,
        unread(one, looking),
        since,
        since + within if since and within else None,
        None if handoff.open else handoff.closed_at,
        _marks(handoff, looking.say, place),
        ahead(handoff, looking.say) if group is ListName.QUEUE else "",
        looking.queues.title(handoff.queue) if handoff.queue != GENERAL else "",
    )


def customer(one: Glance, facts: FactWords) -> Customer:
    """Who it is."""
    return called(facts.name_in(one.handoff.packet.slots), one.contact, one.handoff)


def unread(one: Glance, looking: Looking) -> bool:
    """Whether the customer wrote since this agent last looked: at their own, at what they once opened, and at who waits."""
    handoff, seen = one.handoff, looking.read.get(one.handoff.id)
    if not handoff.open or handoff.agent == INBOX:
        return False
    if seen is None:
        return handoff.agent in (None, looking.username)
    return one.heard is not None and one.heard > seen


def _by(one: Glance, looking: Looking) -> str:
    if one.last is None or one.last.author not in SAYS:
        return ""
    mine = one.last.author is Author.AGENT and one.last.agent == looking.username
    return looking.say("row.you") if mine else looking.names.get(one.last.agent or "", looking.say(f"author.{one.last.author}"))


def _marks(handoff: Handoff, say: Words, place: int | None) -> tuple[tuple[str, datetime | None], ...]:
    """What is special about it."""
    if not handoff.open:
        return ()
    if handoff.callback:
        return (_call_back(handoff.callback, say, waits=place is not None),)
    if handoff.left_at and not handoff.call_sid:
        return ((say("row.hung_up" if handoff.channel is ChannelName.VOICE else "row.left"), handoff.left_at),)
    return ((say("row.message"), None),) if handoff.voicemails else ()


def _call_back(callback: Callback, say: Words, *, waits: bool) -> tuple[str, datetime | None]:
    when = callback.not_before if waits else None
    return (say("row.called_back"), when) if when else (say("row.call_back"), None)


def chosen(found: Sequence[Row], glances: Mapping[str, Glance], wanted: Wanted) -> list[Row]:
    """Those of the list, the channel, the queue and the words that are wanted."""
    said = wanted.q.casefold()

    def fits(one: Row) -> bool:
        glance = glances[one.id]
        return (
            wanted.list in (ListName.ALL, one.group)
            and wanted.channel in (None, one.channel)
            and wanted.queue in ("", glance.handoff.queue)
            and (not said or looks_like(one, glance, said))
        )

    return [one for one in found if fits(one)]


def looks_like(one: Row, glance: Glance, said: str) -> bool:
    """Whether its name, topic, last line or number has these words (in small letters) in it."""
    figures = "".join(c for c in said if c.isdigit())
    addresses = glance.contact.addresses if glance.contact else ()
    numbers = ("".join(c for c in known.address.value if c.isdigit()) for known in addresses if known.address.is_number)
    return any(said in words.casefold() for words in (one.who, one.topic, one.last)) or (
        len(figures) >= 3 and any(figures in number for number in numbers)
    )


def counts(found: Sequence[Row]) -> Counter[str]:
    """How many there are in each list; ``here``: how many wait and are there; ``unread``: of the agent's own."""
    counted = Counter({str(name): sum(one.group is name for one in found) for name in ListName})
    counted[ListName.ALL] = len(found)
    counted["here"] = sum(bool(one.place) for one in found)
    counted["unread"] = sum(one.unread for one in found if one.mine)
    return counted
