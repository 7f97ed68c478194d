"""What was said, in and out, and what the assistant made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.model.retention import Retention
from records.facts.kinds import Personal, kind_of_fact


@kind_of_fact("message_in", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageIn:
    """A customer's message, as heard or typed, after masking; a line of the transcript. ``form``: ``words``, ``choice``,
    ``digits``, ``speech``, or what the door found; ``level`` of the sender's proof; ``media``: MIME types of files."""

    message_id: str
    text: Personal[str] = ""
    address: Personal[str] = ""
    form: str = "words"
    level: str = "claimed"
    media: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    language: str = ""


@kind_of_fact("turn", Retention.FIGURES)
@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the assistant made of a message: intent and runner-up with confidence (0 to 1; none for an event of ours and for a
    secret), the model's version, the rule or policy and the action that answered, the open form, ``latency_ms`` from receipt to
    the answer, and whether it was a fallback."""

    message_id: str
    intent: str = ""
    confidence: float | None = None
    runner_up: str = ""
    runner_up_confidence: float | None = None
    model: str = ""
    policy: str = ""
    action: str = ""
    form: str = ""
    latency_ms: int | None = None
    fallback: bool = False


@kind_of_fact("reply", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyOut:
    """One message to a customer. It is a line of the transcript. ``author``: ``bot``, ``agent`` or ``notice``; ``n``: its place
    among those of the same cause, from 1; ``response``: the designers' name of it."""

    message_id: str
    author: str
    text: Personal[str] = ""
    address: Personal[str] = ""
    n: int = 1
    agent: str = ""
    response: str = ""
    form: str = "words"


@kind_of_fact("delivery", Retention.FIGURES)
@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A state that a message to a customer came to (``DeliveryStatus``), with the vendor's code when it failed."""

    message_id: str
    state: str
    error: str = ""


@kind_of_fact("menu_shown", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class MenuShown:
    """Options that were offered: ``options`` as shown, ``form`` as buttons, list, numbers or speech."""

    menu_id: str
    options: Personal[tuple[str, ...]] = ()
    count: int = 0
    form: str = ""
    response: str = ""


@kind_of_fact("menu_chosen", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class MenuChosen:
    """An option that was chosen: its number from 1, its title, and how (tap, number, words, keys)."""

    menu_id: str
    number: int
    title: Personal[str] = ""
    by: str = ""


@kind_of_fact("slot_set", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSet:
    """A slot that was filled (or emptied: no value), with the words it was taken from and the sender's level of proof."""

    slot: str
    value: Personal[Any] = None
    words: Personal[str] = ""
    level: str = "claimed"


@kind_of_fact("repeat_asked", Retention.FIGURES)
@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatAsked:
    """A customer was asked again for what they had given: the slot, the channel it was given on, and by whom it was asked."""

    slot: str
    given_on: str = ""
    by: str = "bot"


@kind_of_fact("language_model_used", Retention.FIGURES)
@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModelUsed:
    """A language model was asked, or would have been: ``purpose`` (``rephrase``, ``suggest``, ``draft``), ``ms`` until its
    answer, whether that was taken, and if not why (docs/language-model.md); ``model``: its name. Never any words."""

    purpose: str
    ms: int
    accepted: bool
    why: str = ""
    model: str = ""


@kind_of_fact("survey_answer", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswer:
    """An answer to a question of ours about the service: which survey and question, the score, and words that came with it.
    ``rating``: 1 to 5 for a talk with a person, its handoff and its agent; ``effort``: at the end of a call."""

    survey: str
    question: str
    score: int | None = None
    words: Personal[str] = ""
    handoff_id: str = ""
    agent: str = ""
