"""All actions of an assistant: the general ones, and a business's own among them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Action

from bot.skills import basics, calls, continuing, moving, person, verification
from bot.skills.asking import Once, TakeYourTime
from bot.skills.behind.following import Following
from bot.skills.business import Business
from bot.skills.doubt import unplaced
from bot.skills.doubt.correcting import Correcting
from bot.skills.doubt.guessing import AskFirst
from bot.skills.languages import GoOnInLanguage
from bot.skills.wishes.also import AndAlso, NextWish


def all_actions(business: Business, clock: Callable[[], float] = time.time) -> tuple[Action, ...]:
    """One instance of each action. ``clock`` gives seconds since the epoch."""
    yielding = (Following(one, business.follow_ups) if one.name() in business.yields else one for one in business.ends)
    ends = (*yielding, *_ends(business))
    asked = (verification.AskPhoneNumber(), verification.AskCode(clock), verification.AskPin(clock))
    return (
        *(AndAlso(action, business) for action in ends),
        *map(Once, (*business.questions, *asked)),
        *(Correcting(one) if isinstance(one, FormValidationAction) else one for one in business.others),
        *_dialogue(business),
        *_elsewhere(business),
        *_proof(business),
    )


def _ends(business: Business) -> tuple[Action, ...]:
    """General actions with which a wish may be over."""
    proved = (verification.Verified(), verification.Verify())
    little = (basics.DeclineOffer(business), unplaced.ByArticle(business), unplaced.OutOfScope(business))
    return *proved, *_following(business, *little), NextWish()


def _following(business: Business, *actions: Action) -> Iterator[Action]:
    """Actions for messages that say little: what they follow comes first."""
    return (Following(one, business.follow_ups) for one in actions)


def _dialogue(business: Business) -> Iterator[Action]:
    yield from (continuing.CallStarted(), continuing.GoOn(), continuing.Greet())
    yield from (basics.Explain(), basics.Goodbye(), basics.Help(), unplaced.LostThread())
    yield from _following(business, basics.NeverMind(), basics.Refuse(), unplaced.Fallback(business), unplaced.Inform(business))
    yield from (basics.Pause(business), basics.TakeOffer(business))
    yield from (basics.Repeat(), basics.StartOver(business), TakeYourTime(business))
    yield AskFirst()
    yield GoOnInLanguage()
    yield from (calls.GoBack(), calls.MainMenu())


def _elsewhere(business: Business) -> Iterator[Action]:
    yield from moving.ways()
    yield from map(moving.Prefer, ("sms", "here", "any"))
    yield from (person.Handoff(), person.HandoffClosed(business), person.TellWait())


def _proof(business: Business) -> Iterator[Action]:
    yield from (verification.CodeNotSent(), verification.NewCode(), verification.NoPhone(), verification.WrongNumber())
    yield Correcting(verification.ValidateVerificationForm(business))
