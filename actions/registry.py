"""What Harbour Bank adds to the general skills: the one place of this folder that wires."""

from __future__ import annotations

from rasa_sdk.interfaces import Action

from actions import accounts, activation, booking, branches, notes, outages
from actions.bank import Bank
from actions.cards import locking, replacing, travel
from actions.money import disputes, limits, payments
from bot.skills.business import NO_MODEL, NOTHING, Business, Knowledge, LanguageModel
from bot.skills.parsing.names import Names

FORMS = {
    "activate_card": "activation_form",
    "nearest_branch": "branch_form",
    "travel_notice": "travel_form",
    "lower_limit": "limit_form",
    **dict.fromkeys(notes.ABOUT, "note_form"),
}


def bank_skills(bank: Bank, names: Names, knowledge: Knowledge = NOTHING, language_model: LanguageModel = NO_MODEL) -> Business:
    """Its skills over these records and articles, and the model that may word them."""
    facts = (accounts.Balance(bank), accounts.WhereIsMyCard(bank), payments.Transactions(bank), payments.WhereIsMyTransfer(bank))
    limit = (limits.TellLimit(bank), limits.RaiseLimit(bank), limits.LowerLimit(bank))
    cards = (locking.FreezeCard(bank), locking.UnfreezeCard(bank), replacing.ReplaceCard(bank), travel.NoteTravel(bank))
    aside = branches.ZipAside(bank)
    booked = (
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
        ),
        questions=(
            activation.AskFullName(),
            activation.AskCardLast4(),
            branches.AskPostcode(),
            *travel.questions(),
            limits.AskLimit(),
            notes.AskNote(),
        ),
        others=(
            activation.ValidateActivationForm(bank, names),
            branches.ValidateBranchForm(bank),
            travel.ValidateTravelForm(),
            limits.ValidateLimitForm(),
            locking.LostCard(bank),
            disputes.DisputeCharge(bank),
            disputes.OpenDispute(bank),
            *_service(bank),
        ),
        forms=FORMS,
        asides=(aside,),
        does={"action_nearest_branches": "nearest_branch"},
        keys={"card_last4": 4, "postcode": 5},
        kept=frozenset({"card_misses"}),  # guesses at cards stay counted
        settled=frozenset({"activation", "card_misses", "name_misses", "postcode_misses", "limit_misses", "payment", "disputed"}),
        knowledge=knowledge,
        language_model=language_model,
        pin_is=bank.pin_is,
        reached=bank.reached,
    )


def _service(bank: Bank) -> tuple[Action, ...]:
    """What is taken down, and what is out of order."""
    return notes.BeginNote(), notes.ValidateNoteForm(), outages.TellOutages(bank)
