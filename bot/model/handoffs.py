"""When a person takes over: the handoff, what the agent is given with it, calls back and voicemails."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.model.closing import Closing
from bot.model.messages import Author, Media
from bot.model.people import ChannelName, Proof

INBOX = "Meta inbox"
"""Stands as the agent of a conversation that a colleague answers in Meta's own inbox; any agent here may take it over."""


class HandoffState(StrEnum):
    """Where a handoff is in its life; which step leads where: ``bot.handoff.states``."""

    WAITING = "waiting"
    OFFERED = "offered"
    """To one agent, who takes it or declines until a deadline; the colleague who gives it has it until then."""
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    """Until a time, or until the customer answers."""
    FOR_CUSTOMER = "for_customer"
    """Waits for the customer's answer."""
    WRAP_UP = "wrap_up"
    """The talk is over and the assistant has the conversation; its agent has yet to write down how it ended."""
    CLOSED = "closed"


OWNED = frozenset(
    {
        HandoffState.WAITING,
        HandoffState.OFFERED,
        HandoffState.ASSIGNED,
        HandoffState.SNOOZED,
        HandoffState.FOR_CUSTOMER,
    }
)
"""The conversation is a person's, and the assistant is silent."""
PAUSED = frozenset({HandoffState.SNOOZED, HandoffState.FOR_CUSTOMER})
"""Its agent goes on when it is due or the customer answers."""


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One line as an agent reads it. ``kind`` is set where it is no plain words (``bot.model.Kind``); ``media`` came with it;
    ``picked`` is the option that other words than its title chose; ``interrupted``: the caller cut it short there."""

    at: datetime
    author: Author
    channel: ChannelName | None
    text: str
    agent: str | None = None
    kind: str = ""
    media: tuple[Media, ...] = ()
    picked: str = ""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class SlotFact:
    """A slot's value with the channel and time it was filled."""

    name: str
    value: Any
    channel: ChannelName | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Packet:
    """Everything an agent needs at the moment of the escalation. ``language``: what the customer speaks, two letters; empty for
    the language of the files."""

    transcript: tuple[TranscriptLine, ...] = ()
    slots: tuple[SlotFact, ...] = ()
    tried: tuple[str, ...] = ()
    proof: Proof = Proof.CLAIMED
    language: str = ""


@dataclass(frozen=True, slots=True)
class Callback:
    """The customer wants to be called. ``number`` is E.164; ``tries`` counts calls that reached nobody, ``result`` says
    how the last one ended (``busy``, ``no-answer``, ``machine``, ``failed``, ``unknown``); the next is made at ``not_before``.

    ``attempt`` grows whenever an attempt is over, so that none is begun twice. ``ringing_since``: a phone rings for it, an
    agent's and, once it is ``calling``, the customer's. ``missed``: agents who did not take it when it was last due."""

    number: str
    asked_at: datetime
    tries: int = 0
    result: str = ""
    not_before: datetime | None = None
    attempt: int = 0
    ringing_since: datetime | None = None
    calling: bool = False
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallbackTry:
    """One call to a customer that reached nobody: when it was over, how it ended, and which agent waited for it."""

    at: datetime
    result: str
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Voicemail:
    """A message that was left: the recording's sid, its length in seconds, and its transcript where there is one."""

    recording: str
    seconds: int
    at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a language model was asked to draft about a handoff, once: since when, and the lines, if any could be used."""

    at: datetime
    by: str
    """Who asked: of two that look at once, one does."""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """That somebody was told something, on which channel."""

    channel: ChannelName
    at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """Offered to ``to`` (a username) until a deadline; ``by``: the colleague who gives it, None: the line."""

    to: str
    until: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """The line offered it to this agent, who declined it or let the time pass."""

    agent: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HeadStart:
    """Why somebody stands in line as if they had come so many minutes sooner: a word of the queue's weights (docs/routing.md)."""

    why: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Note:
    """Words among colleagues: they stand in no transcript, and no channel is given them. ``about``: the step that they came with
    (``released``, ``offered``, ``declined``, ``moved``, ``closed``, ``taken``, ``reopened``,
    ``asked_in``, ``joined_in``, ``went_out``); empty: a note by itself."""

    id: str
    at: datetime
    agent: str
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """What its customer says of a talk with a person: 1 (poor) to 5 (very good), and words, secrets taken out."""

    score: int
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Handoff:
    """A request for a human. While it is open the person owns the conversation, not the bot.

    ``place`` is its place in line when it was opened; ``recordings`` are sids of the recorded calls; ``tries`` are the
    calls back that reached nobody.
    """

    id: str
    conversation_id: str
    contact_id: str
    state: HandoffState
    reason: str
    queue: str
    channel: ChannelName
    opened_at: datetime
    packet: Packet = field(default_factory=Packet)
    agent: str | None = None
    assigned_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    call_sid: str | None = None
    place: int = 1
    callback: Callback | None = None
    voicemails: tuple[Voicemail, ...] = ()
    recordings: tuple[str, ...] = ()
    tries: tuple[CallbackTry, ...] = ()
    types: bool = False
    """Whether its agent answers in writing, so that a caller is heard in writing as well."""
    left_at: datetime | None = None
    """When a caller hung up while waiting, or a visitor closed the chat, and was not heard of since."""

    agent_left_at: datetime | None = None
    """When its agent was disabled or removed; until the customer was told so."""

    handed_back: str = ""
    """The message whose turn gives the conversation back to the assistant, once it is closed: one does."""

    noted_late: bool = False
    """Whether its agent wrote down what was agreed after the caller was back with the assistant."""

    told: Told | None = None
    """When and where who waits was told last that their words are kept; none since it was opened."""

    draft: Draft | None = None
    """Two lines drafted for its agent, beside what is known."""

    why: str = ""
    """Why it came to its state, in a word: ``released``, ``moved``, ``left`` (the agent), ``missed``, ``declined``, ``late`` (an
    offer), ``due``, ``answered`` (a pause), ``taken`` (from a colleague), ``reopened``, ``overflow``."""
    offer: Offer | None = None
    snoozed_until: datetime | None = None
    notes: tuple[Note, ...] = ()
    closing: Closing | None = None
    """How its agent says that it ended."""
    reopened: int = 0
    """How often it was opened again; what is closed stays closed but for this."""
    unannounced: bool = False
    """Its customer does not know yet who has it: they are told before the agent's first words."""
    alone_since: datetime | None = None
    """Since when nobody is there who reads it, though an agent has it."""
    taken_from: str | None = None
    """The colleague who had it and was there when another took it over."""
    reason_code: str = ""
    """Of the reason, where it has one: for programs, which cannot go by its words."""

    ahead: tuple[HeadStart, ...] = ()
    """Why it stands before some who came sooner."""
    queued_at: datetime | None = None
    """Since when it is in its queue, if it was moved there."""
    last_agent: str = ""
    """Who spoke with this customer last, and may be asked first."""
    helpers: tuple[str, ...] = ()
    """Colleagues who are in it beside its agent, and may write."""
    passed: tuple[Passed, ...] = ()
    """Whom the line has offered it to, and who did not take it."""
    rating: Rating | None = None
    """By its customer, once it is over; the first one stands."""

    @property
    def waits(self) -> bool:
        """Whether it is nobody's yet; it may be on offer to somebody."""
        return self.state in (HandoffState.WAITING, HandoffState.OFFERED) and self.agent is None

    @property
    def stands_at(self) -> datetime:
        """By which time it stands in line: its opening, without its head start."""
        return self.opened_at - timedelta(minutes=sum(one.minutes for one in self.ahead))

    @property
    def told_last(self) -> Told:
        """When and where who waits was told last how things stand: at the latest when it was opened."""
        return self.told or Told(self.channel, self.opened_at)

    @property
    def here(self) -> bool:
        """Whether the customer is there to be answered: on the line, or where they read. Who has left, or waits elsewhere to be
        called back, holds no place before those who are."""
        return self.call_sid is not None or (self.left_at is None and self.callback is None)

    @property
    def open(self) -> bool:
        """True while a person owns the conversation."""
        return self.state in OWNED

    @property
    def held(self) -> bool:
        """Whether an agent has it, be it that they offer it to a colleague or wait themselves."""
        return self.open and self.agent is not None

    def lacks_outcome(self, agent: str) -> bool:
        """Whether the talk with this agent is over, and how it ended was not written down: the phone was hung up first."""
        return not self.open and self.agent == agent and not self.outcome and self.closing is None


class LineAct(StrEnum):
    """What an agent does with a phone call from the desk."""

    CALL = "call"
    HOLD = "hold"
    RESUME = "resume"
    MUTE = "mute"
    UNMUTE = "unmute"
    PAUSE = "pause_recording"
    RECORD = "resume_recording"
    TRANSFER = "transfer"
    BRING_IN = "bring_in"
    LISTEN = "listen"
    COACH = "coach"
