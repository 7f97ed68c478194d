"""What a message may have meant that was not understood: a short question with the likeliest wishes as options."""

from __future__ import annotations

from typing import Any

from rasa_sdk.interfaces import Tracker
from rasa_sdk.types import DomainDict

MENU = "utter_call_greeting"
"""The response whose options are all that can be wished for, in the designers' words."""

LIKELY = 0.2
"""The least confidence of a guess; what is above the classifier's threshold was understood."""

MOST = 3
WISH = "wish "
"""Begins what is on offer (slot ``offered``) when there is one guess alone: a yes takes it."""


def guesses(tracker: Tracker, domain: DomainDict) -> list[dict[str, str]]:
    """The options to show, the likeliest first; none inside a form, where the open question is what counts."""
    titles = _titles(domain)
    ranking: list[dict[str, Any]] = tracker.latest_message.get("intent_ranking") or []
    names = [str(one.get("name")) for one in ranking if float(one.get("confidence") or 0.0) >= LIKELY]
    likely = [{"title": titles[name], "payload": f"/{name}"} for name in names if name in titles]
    return [] if tracker.active_loop_name else likely[:MOST]


def _titles(domain: DomainDict) -> dict[str, str]:
    """The title of each wish of the menu, by its intent."""
    variants = (domain.get("responses") or {}).get(MENU) or []
    buttons = [button for variant in variants for button in variant.get("buttons") or ()]
    return {str(button["payload"]).removeprefix("/"): str(button["title"]) for button in buttons}
