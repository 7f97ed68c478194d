"""The words' door: no response is put into words for a sender below the level that ``domain/*/_levels.yml`` gives it.

endpoints.yml::

    nlg:
      type: bot.rasa_side.guarded.GuardedResponses

Every sentence passes here, whether a rule, a form or an action asked for it, so an action that forgets to ask for proof
reveals nothing. In its place stands ``utter_needs_possessed`` or ``utter_needs_proven``, and the event in the tracker
says which response was withheld; once the level is reached, ``action_verified`` says it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from bot.languages.tables import worded
from bot.languages.texts import SLOT
from bot.ports.levels import Levels, LevelsError, proof_in

DOMAIN = Path("domain")
RASAS_OWN = frozenset({"domain_responses"})
"""What Rasa gives along with every response."""

FILLED = ("text", "image", "custom", "buttons", "attachment", "quick_replies")
"""The parts of a response in which values stand, as Rasa has it."""

VALUE = re.compile(r"\{([A-Za-z_][\w.-]*)\}")
"""A value's place; any other braces, such as a payload's ``{"limit": "100"}``, are the designer's own."""

logger = logging.getLogger(__name__)


class GuardedResponses(TemplatedNaturalLanguageGenerator):  # type: ignore[misc]  # Rasa is not annotated
    """Rasa's responses, each only at its level; slots above the level, or of another number, are empty in it."""

    def __init__(
        self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None, levels: Levels | None = None
    ) -> None:
        """Reads the levels; RasaException (Rasa does not start) when the file is wrong."""
        super().__init__((domain or Domain.empty()).responses)
        try:
            self._levels = Levels.from_domain(DOMAIN) if levels is None else levels
        except LevelsError as error:
            raise RasaException(str(error)) from error

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The response, or what stands for it below its level."""
        sent = (tracker.latest_message.metadata if tracker.latest_message else None) or {}
        proof = proof_in(sent)
        hidden = self._levels.hidden_slots(proof) | self._of_another(tracker, sent.get("tel"))
        slots = {name: None if name in hidden else value for name, value in tracker.current_slot_values().items()}
        if language := str(sent.get("language") or ""):
            slots[SLOT] = language
            kwargs = {name: worded(value, language) if isinstance(value, str) else value for name, value in kwargs.items()}
        needed = self._levels.response(utter_action)
        if needed <= proof:
            said: dict[str, Any] | None = self.generate_from_slots(utter_action, slots, output_channel, **kwargs)
            return said
        instead = self.generate_from_slots(f"utter_needs_{needed.label}", slots, output_channel) or {"text": ""}
        # only a response without values of an action's own can be said later
        withheld = {} if kwargs.keys() - RASAS_OWN else {"withheld": utter_action}
        return {**instead, "metadata": {**(instead.get("metadata") or {}), "needs": needed.label, **withheld}}

    def _fill_response(
        self, response: dict[str, Any], filled_slots: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Rasa's own takes whatever stands in braces for a value, and fills nothing of a text where one is not known."""
        values = {**(filled_slots or {}), **kwargs}
        return {name: filled(part, values) if name in FILLED else part for name, part in response.items()}

    def _of_another(self, tracker: DialogueStateTracker, tel: str | None) -> frozenset[str]:
        """Slots with a level that were filled in the talk of another number; looked for only when one is filled at all."""
        if all(tracker.slots[name].value is None for name in self._levels.slots if name in tracker.slots):
            return frozenset()
        return self._levels.slots_of_another((event.as_dict() for event in tracker.events), tel)


def filled(part: Any, values: Mapping[str, Any]) -> Any:
    """The same with the values in their places. One that is not known leaves its place as it stands, and is logged."""
    if isinstance(part, dict):
        return {name: filled(one, values) for name, one in part.items()}
    if isinstance(part, list):
        return [filled(one, values) for one in part]
    return VALUE.sub(lambda found: _value(found, values), part) if isinstance(part, str) else part


def _value(place: re.Match[str], values: Mapping[str, Any]) -> str:
    if place[1] in values:
        return str(values[place[1]])
    logger.error("a response has the place {%s}, and nothing was given for it", place[1])
    return place[0]
