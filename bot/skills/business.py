"""What a business adds to the general skills. ``Business()`` adds nothing: these are an assistant by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rasa_sdk.interfaces import Action

from bot.ports.knowledge import Knowledge, NothingKnown
from bot.ports.language_model import LanguageModel, NoLanguageModel
from bot.skills.asides import Aside, FollowUp

__all__ = ["NOTHING", "NO_MODEL", "Aside", "Business", "FollowUp", "Knowledge", "LanguageModel", "PinIs", "always"]

NOTHING = NothingKnown()
NO_MODEL = NoLanguageModel()

PinIs = Callable[[str, str], bool]
"""Whether the customer with this number (E.164) has this PIN. Called in a thread of its own."""


def always() -> bool:
    """There is no database to reach."""
    return True


@dataclass(frozen=True, slots=True)
class Business:
    """Its actions, and what the general skills have to know of them."""

    ends: tuple[Action, ...] = ()
    """The last action of each skill: the second of two wishes in one message follows it."""
    questions: tuple[Action, ...] = ()
    """What its forms ask (``action_ask_<form>_<slot>``): nothing of somebody who wants a moment."""
    others: tuple[Action, ...] = ()
    forms: Mapping[str, str] = field(default_factory=dict)
    """Intent -> the form that follows ``action_pause``."""
    asides: tuple[Aside, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    """What a short message behind one of its answers means."""
    yields: frozenset[str] = frozenset()
    """Its actions that such a message is often taken for, and that are then passed over."""
    does: Mapping[str, str] = field(default_factory=dict)
    """Action -> the intent that it has done, however it came about."""
    keys: Mapping[str, int] = field(default_factory=dict)
    """Slot -> how many keys a call listens for at its question."""
    kept: frozenset[str] = frozenset()
    """Slots that "start over" does not empty."""
    settled: frozenset[str] = frozenset()
    """Slots that are emptied when a person has dealt with the conversation."""
    knowledge: Knowledge = NOTHING
    """What its articles answer."""
    language_model: LanguageModel = NO_MODEL
    """What may word their answers, and guess at a wish to be asked about."""
    pin_is: PinIs | None = None
    """Without it, nothing checks a second factor."""
    reached: Callable[[], bool] = always
    """Whether its database answers. Called in a thread of its own."""
