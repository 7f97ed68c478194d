"""The signs that a customer's words were found to have are read as they were written down."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as some

from bot.signals import signs_in, told

SIGNS = some.text(string.ascii_lowercase + "_ ", min_size=1, max_size=12).filter(lambda one: one == one.strip())
WORDS = some.text(string.printable.replace('"', ""), min_size=1, max_size=20)


@given(some.dictionaries(SIGNS, some.lists(WORDS, min_size=1, max_size=3), max_size=4))
def test_what_was_found_is_read_again(found: dict[str, list[str]]) -> None:
    assert signs_in(told(found)) == list(found)


def test_a_piece_of_evidence_is_no_sign() -> None:
    assert signs_in('angry ("useless, urgent (now)", "third time"), urgent ("right now")') == ["angry", "urgent"]
