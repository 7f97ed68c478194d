"""Scripts of the legs that meet in a conference: an agent's whisper, and the way in. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from voice.script.verbs import Ask, Conference, Entrance, Hangup, Keys, Redirect, Script
from voice.script.words import Speech, said


def whisper(words: Sequence[str], accepted: str, speech: Speech, *, patience: int = 8) -> Script:
    """For an agent's leg: the whisper, and ``patience`` seconds for a key to take the call, which no mailbox presses."""
    asked = Ask(accepted, patience, said(words, speech), keys=Keys(count=1, finish_key=""))
    return Script((asked, Redirect(accepted)))


def conference(
    lead: Sequence[str], entrance: Entrance, speech: Speech, *, after: str | None = None, last: Sequence[str] = ()
) -> Script:
    """Say ``lead`` and enter the conference; then ask ``after``, or say ``last`` and hang up."""
    enters = (*said(lead, speech), Conference(entrance, after))
    return Script(enters if after else (*enters, *said(last, speech), Hangup()))
