"""Payments as lines for each channel, and what a message names of them: a sum, a payee. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from actions.records.money_tables import Payment, Transfer, TransferStatus
from actions.said import amount, month_day, short_day
from bot.model import ChannelName
from bot.skills.parsing.amounts import parse_amounts
from bot.skills.parsing.spoken import figures
from bot.skills.wording import translated

DOLLARS = "USD"

POINTED_AT = re.compile(
    r"\b(?:the|that) (\d{1,6}(?:\.\d\d)?)(?![\d.,]*\d)(?! ?(?:st|nd|rd|th|am|pm|of|%|to)\b)(?! (?:cards?|(?:\w+ )?\w+s)\b)"
)
"""``the 240 one``, and not ``the 15 transactions``."""

PRONOUN = re.compile(r"\b(the|that|this|which) one\b(?! (?:hundred|thousand)\b)", re.IGNORECASE)
"""Is no number."""

CENTS = re.compile(r"(?<![\d.,/:-])(\d{1,6}\.\d\d)(?![\d.,/:%-]*\d)")


def sums(text: str) -> list[int]:
    """The sums that a text names, in cents: with a currency, with cents, pointed at, or alone. Other numbers are none."""
    said = figures(PRONOUN.sub(r"\1", text))
    named = [one.value for one in parse_amounts(text) if one.currency == DOLLARS]
    bare = [Decimal(found) for pattern in (POINTED_AT, CENTS) for found in pattern.findall(said)]
    return list(dict.fromkeys(int(value * 100) for value in (*named, *bare)))


def meant(text: str, payments: Sequence[Payment]) -> list[Payment]:
    """The payments that a text names, by sum (cents may be left out) or by a word of the payee; by both where both fit one."""
    named = [one for one in payments if names(text, one.payee)]
    costs = set(sums(text))
    priced = [one for one in payments if abs(one.cents) in costs or abs(one.cents) // 100 * 100 in costs]
    return [one for one in named if one in priced] or priced or named


def transfers_meant(text: str, transfers: Sequence[Transfer]) -> Sequence[Transfer]:
    """Those that a text means, by sum or party, by direction; else all that are under way, or the first."""
    costs = set(sums(text))
    named = [one for one in transfers if abs(one.cents) in costs or names(text, one.party)]
    sent, awaited = SENT.search(text.lower()) is not None, AWAITED.search(text.lower()) is not None
    way = [one for one in transfers if (one.cents < 0) == sent] if sent != awaited else list(transfers)
    under_way = [one for one in way if one.status == TransferStatus.PENDING]
    return named or under_way or way[:1] or transfers[:1]


SENT = re.compile(
    r"\bi (?:sent|wired|transferred|made|moved|paid)\b|\bmy (?:wire|transfer|payment) to\b|\b(?:recipient|beneficiary|landlord)"
)
AWAITED = re.compile(
    r"\b(?:sent|wired|paid) me\b|\bwaiting (?:for|on)\b|\bcome in\b"
    r"|\b(?:incoming|expect|paycheck|employer|salary|refund|deposit)"
)


def names(text: str, payee: str) -> bool:
    """Whether a text has a word of the payee's name that tells it from others."""
    words = set(re.findall(r"[^\W\d_]{4,}", text.lower()))
    return bool(words & {word for word in re.findall(r"[^\W\d_]{4,}", payee.lower()) if word not in COMMON})


COMMON = frozenset({"bank", "cash", "street", "city", "machine", "market", "corner", "inc"})


SPENT, RECEIVED = "on {day}, {dollars} dollars{cents} to {payee}", "on {day}, {dollars} dollars{cents} from {payee}"
AND_CENTS, PENDING = " and {cents} cents", " (pending)"


def line(payment: Payment, channel: ChannelName | None) -> str:
    """One payment, as it is read or heard."""
    money = amount(payment.cents)
    if channel is ChannelName.VOICE:
        said = translated(SPENT if payment.cents < 0 else RECEIVED)
        cents = "" if money["cents"] == "0" else translated(AND_CENTS).format(cents=money["cents"])
        return said.format(day=month_day(payment.day), dollars=money["dollars"], cents=cents, payee=payment.payee)
    sign, pending = "" if payment.cents < 0 else "+", translated(PENDING) if payment.pending else ""
    return f"{short_day(payment.day)} {payment.payee} {sign}${money['amount']}{pending}"


def lines(payments: Sequence[Payment], channel: ChannelName | None) -> str:
    """Several, as one text: fewer where they are heard or texted."""
    if channel is ChannelName.VOICE:
        return "; ".join(line(one, channel) for one in payments[:3])
    if channel is ChannelName.SMS:
        return "; ".join(line(one, channel) for one in payments[:3])
    return "\n".join(f"- {line(one, channel)}" for one in payments[:6])
