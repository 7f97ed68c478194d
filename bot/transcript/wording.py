"""The gateway's fixed sentences, read from the designers' ``domain/*/_notices.yml``.

They are ordinary Rasa responses; the gateway reads the file itself so that it can speak when Rasa cannot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import domain_files
from bot.domain_files import DomainFileError
from bot.languages.current import current
from bot.languages.declared import Languages, LanguagesError
from bot.languages.texts import chosen
from bot.model import ChannelName

FILE = "_notices.yml"

REQUIRED = (
    "utter_move_dial",
    "utter_move_here",
    "utter_move_link",
    "utter_move_no_number",
    "utter_move_not_sent",
    "utter_dial_hint",
    "utter_language_offer",
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
    "utter_handoff_elsewhere",
    "utter_staff_closed",
    "utter_staff_go_on",
    "utter_staff_call_me",
    "utter_staff_call_kept",
    "utter_handoff_still_waiting",
    "utter_agent_joined",
    "utter_agent_on_call",
    "utter_agent_types",
    "utter_agent_has_it",
    "utter_agent_whisper",
    "utter_call_back_to_bot",
    "utter_call_failed",
    "utter_call_over",
    "utter_answer_lost",
    "utter_not_joined",
    "utter_agent_caller_gone",
    "utter_withheld_caller",
    "utter_nothing_tried",
    "utter_code_sms",
    "utter_code_undelivered",
    "utter_opted_out",
    "utter_opted_in",
    "utter_sms_help",
    "utter_not_readable",
    "utter_media_kept",
    "utter_never_write_secrets",
    "utter_too_long",
    "utter_blank",
    "utter_same_again",
    "utter_opt_out_how",
    "utter_texts_off",
    "utter_too_fast",
    "utter_offer_person",
    "utter_link_opened",
    "utter_link_over",
    "utter_link_whose",
    "utter_linked",
    "utter_linked_elsewhere",
    "utter_unlinked",
    "utter_unlink_ask",
    "utter_sign_out_ask",
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
    "utter_wait_unknown",
    "utter_wait_called",
    "utter_wait_never_mind",
    "utter_wait_there",
    "utter_wait_closed",
    "utter_wait_away",
    "utter_way",
    "utter_way_callback",
    "utter_way_message",
    "utter_way_text",
    "utter_way_back",
    "utter_closed",
    "utter_all_away",
    "utter_queue_full",
    "utter_agent_missed",
    "utter_agent_had_to_leave",
    "utter_agent_left",
    "utter_agent_released",
    "utter_desk_lost",
    "utter_agent_moved",
    "utter_place_kept",
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
    "utter_chat_ended",
    "utter_goodbye_kept",
    "utter_agent_press",
    "utter_agent_not_taken",
    "utter_agent_calling",
    "utter_agent_over",
    "utter_recorded",
    "utter_effort_question",
    "utter_summary_sms",
    "utter_business_name",
)

VALUES: Mapping[str, frozenset[str]] = {
    name: frozenset(values.split())
    for name, values in {
        "utter_silence_again": "prompt",
        "utter_silence_keys": "prompt",
        "utter_silence_figures": "prompt",
        "utter_confirm_heard": "heard",
        "utter_handoff_waiting": "place",
        "utter_staff_closed": "opens",
        "utter_staff_call_kept": "last2",
        "utter_handoff_still_waiting": "place",
        "utter_agent_joined": "agent",
        "utter_agent_on_call": "agent",
        "utter_agent_whisper": "proof reason tried who",
        "utter_code_sms": "code minutes",
        "utter_too_long": "limit",
        "utter_wait_about": "minutes",
        "utter_wait_between": "high low",
        "utter_wait_never_mind": "place",
        "utter_wait_there": "place",
        "utter_wait_closed": "opens",
        "utter_way": "number title",
        "utter_language_offer": "key",
        "utter_closed": "opens",
        "utter_callback_confirm": "number",
        "utter_callback_kept": "number",
        "utter_summary_sms": "outcome",
        "utter_link_whose": "last2",
        "utter_move_sent": "last4 spoken",
        "utter_move_dial": "number",
        "utter_prefer_sms": "last2",
        "utter_dial_in": "code minutes number",
        "utter_ring_offer": "last2",
        "utter_ring_coming": "number",
        "utter_ring_unproved": "number",
        "utter_ring_quiet": "number",
        "utter_ring_too_often": "number",
        "utter_ring_failed": "number",
        "utter_ring_uncertain": "number",
        "utter_move_link": "link minutes",
    }.items()
}
"""The placeholders that the gateway fills, by sentence; all others have none."""

_PLACEHOLDER = re.compile(r"\{(\w*)\}")


class WordingError(Exception):
    """The notices are incomplete; the message names the file and the response."""


Responses = Mapping[str, Sequence[Mapping[str, Any]]]


def _check_values(responses: Responses) -> None:
    """Raises WordingError for a placeholder that nobody fills."""
    for name in REQUIRED:
        for variation in responses.get(name) or ():
            if unknown := set(_PLACEHOLDER.findall(str(variation.get("text")))) - VALUES.get(name, frozenset()):
                raise WordingError(f"{FILE}: response {name}: nobody fills {{{min(unknown)}}}")


class Notices:
    """``bot.ports.Wording`` over Rasa's response format: ``{name: [{text, channel?}, ...]}``."""

    def __init__(self, responses: Responses, others: Mapping[str, Responses] | None = None) -> None:
        """``others``: the same sentences in other languages, as far as they are translated."""
        self._responses = responses
        self._others = others or {}

    @classmethod
    def from_domain(cls, folder: Path) -> Notices:
        """Read and check the files: the general sentences, and a business's own in their place. WordingError names what is
        missing."""
        try:
            responses = domain_files.responses(folder, FILE)
            codes = Languages.from_domain(folder).others
            others = {code: domain_files.responses(folder, FILE, code) for code in codes}
        except (DomainFileError, LanguagesError) as error:
            raise WordingError(str(error)) from error
        for name in REQUIRED:
            if not any("channel" not in variation for variation in responses.get(name) or []):
                raise WordingError(f"{FILE}: response {name} is missing, or has no variation for every channel")
        for said in (responses, *others.values()):
            _check_values(said)
        return cls(responses, others)

    def say(self, name: str, channel: ChannelName | None = None, **values: object) -> str:
        """The channel's own variation where there is one, else the general one; ``{placeholders}`` filled. In the language of
        the turn, as far as it is translated."""
        variations = self._others.get(current(), {}).get(name) or self._responses[name]
        text = str(chosen(variations, channel.value if channel else None)["text"]).strip()
        for key, value in values.items():
            text = text.replace("{" + key + "}", str(value))
        return text
