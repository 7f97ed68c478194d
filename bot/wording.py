"""The gateway's fixed sentences, read from the designers' ``domain/_notices.yml``.

They are ordinary Rasa responses; the gateway reads the file itself so that it can speak when Rasa cannot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.model import ChannelName

REQUIRED = (
    "utter_move_dial",
    "utter_move_here",
    "utter_move_link",
    "utter_move_no_number",
    "utter_move_not_sent",
    "utter_dial_hint",
    "utter_dial_in",
    "utter_dial_joined",
    "utter_dial_tap",
    "utter_dial_welcome",
    "utter_dial_wrong",
    "utter_move_sent",
    "utter_prefer_any",
    "utter_prefer_here",
    "utter_prefer_not_here",
    "utter_prefer_sms",
    "utter_prefer_unproved",
    "utter_ring_busy",
    "utter_ring_coming",
    "utter_ring_failed",
    "utter_ring_hello",
    "utter_ring_machine",
    "utter_ring_no",
    "utter_ring_offer",
    "utter_ring_quiet",
    "utter_ring_talking",
    "utter_ring_to_machine",
    "utter_ring_too_often",
    "utter_ring_unanswered",
    "utter_ring_uncertain",
    "utter_ring_unproved",
    "utter_ring_yes",
    "utter_turn_failed",
    "utter_message_kept",
    "utter_still_working",
    "utter_silence_again",
    "utter_silence_keys",
    "utter_silence_figures",
    "utter_silence_person",
    "utter_no_match_person",
    "utter_confirm_heard",
    "utter_heard_wrong",
    "utter_slower",
    "utter_sworn_at",
    "utter_anybody_there",
    "utter_nobody_there",
    "utter_handoff_waiting",
    "utter_staff_away",
    "utter_staff_closed",
    "utter_staff_go_on",
    "utter_handoff_still_waiting",
    "utter_agent_joined",
    "utter_agent_on_call",
    "utter_agent_whisper",
    "utter_call_back_to_bot",
    "utter_call_failed",
    "utter_not_joined",
    "utter_agent_caller_gone",
    "utter_withheld_caller",
    "utter_nothing_tried",
    "utter_code_sms",
    "utter_opted_out",
    "utter_opted_in",
    "utter_sms_help",
    "utter_not_readable",
    "utter_too_long",
    "utter_too_fast",
    "utter_offer_person",
    "utter_link_opened",
    "utter_link_over",
    "utter_link_whose",
    "utter_linked",
    "utter_linked_elsewhere",
    "utter_unlinked",
    "utter_unlinked_by_agent",
    "utter_unlinked_elsewhere",
    "utter_signed_out",
    "utter_not_vouched",
    "utter_menu_more",
    "utter_menu_which",
    "utter_menu_late",
    "utter_queue_keys",
    "utter_wait_short",
    "utter_wait_about",
    "utter_wait_between",
    "utter_way",
    "utter_way_callback",
    "utter_way_message",
    "utter_way_text",
    "utter_way_back",
    "utter_closed",
    "utter_all_away",
    "utter_queue_full",
    "utter_agent_missed",
    "utter_callback_confirm",
    "utter_callback_number",
    "utter_callback_kept",
    "utter_callback_hello",
    "utter_call_trouble",
    "utter_callback_machine",
    "utter_callback_machine_last",
    "utter_callback_late",
    "utter_callback_not_reached",
    "utter_callback_last",
    "utter_callback_gave_up",
    "utter_voicemail_record",
    "utter_voicemail_kept",
    "utter_text_sent",
    "utter_no_text_here",
    "utter_sms_goes_on",
    "utter_goodbye_kept",
    "utter_agent_press",
    "utter_agent_not_taken",
    "utter_agent_calling",
    "utter_agent_over",
    "utter_recorded",
    "utter_effort_question",
    "utter_summary_sms",
)


class WordingError(Exception):
    """The notices are incomplete; the message names the file and the response."""


class Notices:
    """``bot.ports.Wording`` over Rasa's response format: ``{name: [{text, channel?}, ...]}``."""

    def __init__(self, responses: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self._responses = responses

    @classmethod
    def from_file(cls, path: Path) -> Notices:
        """Read and check the file. WordingError names what is missing."""
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, yaml.YAMLError) as error:
            raise WordingError(f"{path}: cannot be read: {error}") from error
        responses = content.get("responses") or {}
        for name in REQUIRED:
            if not any("channel" not in variation for variation in responses.get(name) or []):
                raise WordingError(f"{path}: response {name} is missing, or has no variation for every channel")
        return cls(responses)

    def say(self, name: str, channel: ChannelName | None = None, **values: object) -> str:
        """The channel's own variation where there is one, else the general one; ``{placeholders}`` filled."""
        variations = self._responses[name]
        own = next((v for v in variations if channel and v.get("channel") == channel.value), None)
        chosen = own or next(v for v in variations if "channel" not in v)
        text = str(chosen["text"]).strip()
        for key, value in values.items():
            text = text.replace("{" + key + "}", str(value))
        return text
