"""What Harbour Bank adds to the general skills: the one place of this folder that wires."""

from __future__ import annotations

from rasa_sdk.interfaces import Action

from actions import accounts, activation, notes, outages
from actions.asking import Ask
from actions.bank import Bank
from actions.cards import after_locking, locking, naming, replacing, states, travel, trips
from actions.money import disputes, limit_changes, limits, payments
from actions.visits import after_booking, after_hours, asking_where, booking, branches, time_aside
from bot.skills.business import NO_MODEL, NOTHING, Aside, Business, FollowUp, Knowledge, LanguageModel
from bot.skills.parsing.names import Names

FORMS = {
    "activate_card": "activation_form",
    "nearest_branch": "branch_form",
    "travel_notice": "travel_form",
    "lower_limit": "limit_form",
    **dict.fromkeys(notes.ABOUT, "note_form"),
}

KEYS = {"card_last4": 4, "postcode": 5}
QUESTIONS = (
    Ask("action_ask_activation_form_full_name", "utter_ask_full_name"),
    Ask("action_ask_activation_form_card_last4", "utter_ask_card_last4", KEYS["card_last4"]),
    asking_where.AskBranch(KEYS["postcode"]),
    Ask("action_ask_travel_form_travel_place", "utter_ask_travel_place"),
    Ask("action_ask_travel_form_travel_dates", "utter_ask_travel_dates"),
    Ask("action_ask_limit_form_new_limit", "utter_ask_new_limit"),
    notes.AskNote(),
)

SETTLED = frozenset(
    "activation card_misses name_misses postcode_misses limit_misses travel_misses payment disputed".split(),
) | {booking.TIME_OFFERED}
"""Slots that are emptied when a person has dealt with the conversation."""


def bank_skills(bank: Bank, names: Names, knowledge: Knowledge = NOTHING, language_model: LanguageModel = NO_MODEL) -> Business:
    """Its skills over these records and articles, and the model that may word them."""
    facts = (accounts.Balance(bank), accounts.WhereIsMyCard(bank), payments.Transactions(bank), payments.WhereIsMyTransfer(bank))
    limit = (limits.TellLimit(bank), limits.RaiseLimit(bank), limits.LowerLimit(bank))
    cards = (
        locking.FreezeCard(bank),
        locking.UnfreezeCard(bank),
        states.TellCardState(bank),
        replacing.ReplaceCard(bank),
        travel.NoteTravel(bank),
        trips.TellTrips(bank),
        trips.CancelTrip(bank),
    )
    which: list[Aside] = [naming.CardAside(name) for name in (naming.WHICH, "lost_card", "replace_card")]
    asides: tuple[Aside, ...] = (branches.ZipAside(bank), time_aside.TimeAside(bank), payments.PaymentAside(bank), *which)
    booked = (
        booking.TellAppointment(bank),
        booking.BookAppointment(bank),
        booking.MoveAppointment(bank),
        booking.CancelAppointment(bank),
        booking.TakeTime(bank),
    )
    near = (branches.BranchDetails(bank), branches.NearestBranches(bank))
    return Business(
        ends=(
            *facts,
            *limit,
            *cards,
            activation.ActivateCard(bank),
            *near,
            *booked,
            notes.NoteTaken(bank),
            notes.TellComplaints(bank),
            disputes.DisputeCharge(bank),
            disputes.OpenDispute(bank),
            disputes.TellDisputes(bank),
            outages.TellOutages(bank),
        ),
        questions=QUESTIONS,
        others=(
            activation.ValidateActivationForm(bank, names),
            branches.ValidateBranchForm(bank),
            travel.ValidateTravelForm(bank),
            limits.ValidateLimitForm(),
            locking.LostCard(bank),
            *_service(bank),
        ),
        forms=FORMS,
        asides=asides,
        follow_ups=_follow_ups(bank),
        yields=frozenset({"action_branch_details"}),
        does={"action_nearest_branches": "nearest_branch"},
        keys=KEYS,
        kept=frozenset({"card_misses"}),  # guesses at cards stay counted
        settled=SETTLED,
        knowledge=knowledge,
        language_model=language_model,
        pin_is=bank.pin_is,
        reached=bank.reached,
    )


def _follow_ups(bank: Bank) -> tuple[FollowUp, ...]:
    """What may follow an answer, the nearer meaning first."""
    cards = (after_locking.OtherCard(), trips.OtherTrip(bank))
    places = (after_booking.OtherTime(bank), after_hours.OtherPlace(bank), after_hours.OtherDay(bank))
    return (limit_changes.OtherLimit(), *cards, *places)


def _service(bank: Bank) -> tuple[Action, ...]:
    """What is taken down."""
    return notes.BeginNote(), notes.ValidateNoteForm()
