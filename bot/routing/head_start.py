"""Why somebody stands before others who came sooner: each reason is so many minutes. Pure.

A head start does not grow: of two who wait, who stands first stays first, and nobody is overtaken by who came more than
``Weights.most`` minutes after them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from bot.model import Packet
from bot.model.handoffs import HeadStart
from bot.routing.rules import Weights
from bot.signals import SLOT as SIGNALS
from bot.signals import signs_in


def head_start(packet: Packet, weights: Weights) -> tuple[HeadStart, ...]:
    """What is known at the escalation, weighed; the greatest first."""
    said = {slot.name: str(slot.value) for slot in packet.slots if slot.value is not None}
    found = chain(
        [(f"proof.{packet.proof.label}", weights.proof.get(packet.proof, 0))],
        ((f"signal.{sign}", weights.signals.get(sign, 0)) for sign in dict.fromkeys(signs_in(said.get(SIGNALS, "")))),
        ((f"slot.{name}", values.get(said.get(name, ""), 0)) for name, values in weights.slots.items()),
    )
    ordered = sorted((HeadStart(why, minutes) for why, minutes in found if minutes), key=lambda one: -one.minutes)
    return _no_more_than(weights.most, ordered)


def _no_more_than(most: int, found: Sequence[HeadStart]) -> tuple[HeadStart, ...]:
    """The greatest of them, as many minutes together."""
    kept: list[HeadStart] = []
    for one in found:
        if left := most - sum(before.minutes for before in kept):
            kept.append(HeadStart(one.why, min(one.minutes, left)))
    return tuple(kept)
