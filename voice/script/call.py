"""Scripts of a caller's own call beside its questions: a moment's patience, the queue, the end. Pure; every sentence is given."""

from __future__ import annotations

from collections.abc import Sequence

from voice.script.addresses import Collect, url
from voice.script.verbs import Enqueue, Hangup, Leave, Pause, Redirect, Script
from voice.script.words import Foreign, Speech, said


def filler(text: str, step: int, tries: int, speech: Speech) -> Script:
    """Say that it takes a moment, and come for the answer of ``step``; ``tries`` counts these."""
    return Script((*said([text], speech), Redirect(Collect(step, tries))))


def patience(text: str, seconds: int, step: int, tries: int, speech: Speech) -> Script:
    """Something is wrong on our side: say so, wait, and see whether the call can go on where it was (``/again``)."""
    return Script((*said([text], speech), Pause(seconds), Redirect(url("again", step=step, tries=tries))))


def enqueue(lead: Sequence[str | Foreign], step: int, speech: Speech) -> Script:
    """Say ``lead`` and wait in the queue."""
    return Script((*said(lead, speech), Enqueue(step)))


def leave(words: Sequence[str], speech: Speech) -> Script:
    """Say ``words`` and take the caller out of the queue; what stands behind ``Enqueue`` is asked next."""
    return Script((*said(words, speech), Leave()))


def onward(words: Sequence[str], to: str, speech: Speech) -> Script:
    """Say ``words`` and go on elsewhere."""
    return Script((*said(words, speech), Redirect(to)))


def goodbye(words: Sequence[str | Foreign], speech: Speech) -> Script:
    """Say ``words`` and end the call."""
    return Script((*said(words, speech), Hangup()))


def nothing() -> Script:
    """An empty script: for a caller who is gone, or moved elsewhere by somebody else."""
    return Script()
