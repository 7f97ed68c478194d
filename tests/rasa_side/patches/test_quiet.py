"""No customer's words in Rasa's log, at any level."""

from __future__ import annotations

import rasa.utils.log_utils

from bot.rasa_side.door import where
from bot.rasa_side.patches.quiet import HIDDEN, hide_personal_fields


def test_personal_fields_are_hidden() -> None:
    event = hide_personal_fields(
        None, "debug", {"event": "processor.message.parse", "parse_data_text": "secret", "policy": "RulePolicy"}
    )
    assert event == {"event": "processor.message.parse", "parse_data_text": HIDDEN, "policy": "RulePolicy"}


def test_rasas_command_line_will_use_it() -> None:
    assert rasa.utils.log_utils._anonymizer is hide_personal_fields


def test_an_exception_is_told_without_its_message() -> None:
    try:
        raise ValueError("secret words")
    except ValueError as error:
        told = where(error)
    assert "ValueError" in told
    assert "test_an_exception_is_told_without_its_message" in told
    assert "secret" not in told
