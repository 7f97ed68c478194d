"""All actions with what they need: the one place of this process that wires."""

from __future__ import annotations

import time
from collections.abc import Callable

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import Action

from actions import accounts, activation, basics, branches, calls, continuing, limits, moving, person, verification
from actions.bank import Bank
from actions.guard import guard
from actions.names import Names
from bot.levels import Levels


def all_actions(bank: Bank, names: Names, clock: Callable[[], float] = time.time) -> tuple[Action, ...]:
    """One instance of each action. ``clock`` gives seconds since the epoch."""
    return (
        accounts.Balance(bank),
        accounts.WhereIsMyCard(bank),
        activation.ActivateCard(bank),
        activation.AskCardLast4(),
        activation.ValidateActivationForm(bank, names),
        continuing.CallStarted(),
        continuing.GoOn(),
        continuing.Greet(),
        basics.DeclineOffer(),
        basics.Explain(),
        basics.Goodbye(),
        basics.Fallback(),
        basics.Inform(),
        basics.LostThread(),
        basics.NeverMind(),
        basics.Repeat(),
        basics.StartOver(),
        basics.TakeOffer(),
        limits.RaiseLimit(bank),
        branches.AskPostcode(),
        branches.BranchDetails(bank),
        branches.NearestBranches(bank),
        branches.ValidateBranchForm(bank),
        calls.GoBack(),
        calls.MainMenu(),
        *moving.ways(),
        moving.Prefer("sms"),
        moving.Prefer("here"),
        moving.Prefer("any"),
        person.Handoff(),
        person.HandoffClosed(),
        person.LostCard(),
        verification.AskCode(clock),
        verification.AskPhoneNumber(),
        verification.AskPin(clock),
        verification.CodeNotSent(),
        verification.NewCode(),
        verification.NoPhone(),
        verification.TakeYourTime(),
        verification.ValidateVerificationForm(),
        verification.Verified(),
        verification.Verify(),
        verification.WrongNumber(),
    )


def executor_for(actions: tuple[Action, ...], levels: Levels) -> ActionExecutor:
    """rasa_sdk's executor with these instances, each at the level of proof it needs."""
    executor = ActionExecutor()
    guard(executor, actions, levels)
    return executor
