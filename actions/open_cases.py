"""What colleagues of the sample bank have to deal with: complaints, new addresses, disputes. Each is listed until it is closed.

``python -m actions.open_cases`` lists, ``done NUMBER`` closes one (a note's number, or a dispute's case), in the bank at
DATABASE_URL.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from datetime import date

from actions.bank import DATABASE, Bank, engine_for
from actions.days import open_days
from actions.notes import ANSWERED, FIRST_NUMBER
from actions.records import money
from actions.records import notes as records
from actions.records.money_tables import Dispute, Payment
from actions.records.service_tables import Note
from actions.said import amount
from actions.tables import Customer

SURE = {"claimed": "not confirmed", "possessed": "confirmed", "proven": "confirmed, with PIN"}
"""How sure the number is, by the proof that it had."""


def lines(bank: Bank) -> Iterator[str]:
    """Each open case with its number first; with the day that customers were told."""
    today = bank.today()
    for note in bank.work(lambda session, _: records.waiting(session)):
        yield _note(note, today)
    for dispute, payment, customer in bank.work(lambda session, _: money.open_disputes(session)):
        yield _dispute(dispute, payment, customer, today)


def close(bank: Bank, number: str) -> bool:
    """It is dealt with; False when there is no such open case."""
    if number.isascii() and number.isdecimal():
        return bank.work(lambda session, today: records.close(session, int(number) - FIRST_NUMBER, today))
    return bank.work(lambda session, today: money.close_dispute(session, number, today))


def _note(note: Note, today: date) -> str:
    by = f", answer {_due(note.day, ANSWERED, today)}" if note.kind == "complaint" else ""
    who = f"{note.phone} ({SURE[note.proof]})" if note.phone else "no number"
    return (
        f"{FIRST_NUMBER + note.id}  {note.kind} of {note.day}{by}, {who}, {note.channel}: {' / '.join(note.words.splitlines())}"
    )


def _dispute(dispute: Dispute, payment: Payment, customer: Customer, today: date) -> str:
    paid = f"${amount(payment.cents)['amount']} {payment.payee} on {payment.day}"
    by = _due(dispute.day, money.DECIDED, today)
    return f"{dispute.payment_id}  dispute of {dispute.day}, decide {by}, {customer.full_name}, {customer.phone}: {paid}"


def _due(since: date, days: int, today: date) -> str:
    due = open_days.working_day(since, days)
    return f"by {due}{' (late)' if due < today else ''}"


def main(arguments: Sequence[str] | None = None) -> int:
    """For colleagues. 1 for a number that is not there."""
    parser = argparse.ArgumentParser(prog="python -m actions.open_cases", description="What customers wait for.")
    does = parser.add_subparsers(dest="does")
    does.add_parser("done", help="it is dealt with").add_argument("number")
    given = parser.parse_args(arguments)
    bank = Bank(engine_for(os.environ.get("DATABASE_URL") or DATABASE))
    if given.does == "done" and not close(bank, given.number):
        print(f"There is no open case {given.number}.")
        return 1
    for line in lines(bank):
        print(line)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
