"""Rasa's logs without the customers' words.

Rasa passes message texts, entities and slots to its log as named fields, and prints them all while structlog
is not configured yet. Here they are hidden whatever the level.
"""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

HIDDEN = "<hidden>"

# the fields that Rasa itself lists as personal (rasa/utils/log_utils.py, 3.6.21), and what it forgot
PERSONAL = frozenset(
    {
        *("text", "response_text", "user_text", "slot_values", "parse_data_text", "parse_data_entities"),
        *("prediction_events", "tracker_latest_message", "prefilled_slots", "message", "response"),
        *("slot_candidates", "rasa_event", "rasa_events", "tracker_states", "current_states", "old_states"),
        *("successes", "current_entity", "next_entity", "states", "entity", "token_text", "user_message"),
        *("json_message", "parse_data", "sender_id", "arg", "event_info"),
    }
)


def hide_personal_fields(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: every personal field is replaced, at every level."""
    for name in PERSONAL & event.keys():
        event[name] = HIDDEN
    return event


def hide_texts() -> None:
    """Until Rasa's command line configures its log, print warnings only; after that, hide the fields."""
    import rasa.utils.log_utils

    rasa.utils.log_utils._anonymizer = hide_personal_fields
    if not structlog.is_configured():
        structlog.configure(
            processors=[hide_personal_fields, structlog.processors.add_log_level, structlog.processors.KeyValueRenderer()],
            wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        )
