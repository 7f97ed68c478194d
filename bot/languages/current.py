"""The language of the turn that is being worked on, as frameworks keep it: set once where the turn begins, read where words are
chosen (``django.utils.translation`` and ``gettext`` do the same). It goes along into tasks and threads of the turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

BASE = "en"
"""The language in which ``domain/`` and ``data/`` are written."""

_current: ContextVar[str] = ContextVar("onethread_language", default="")


def current() -> str:
    """Two letters; empty for the language of the files themselves, so that nothing is looked up for it."""
    return _current.get()


def speak(language: str) -> None:
    """From here on words are chosen in this language, until the ``speaking`` around it is over."""
    _current.set("" if language == BASE else language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, words are chosen in this language (two letters; empty or ``en``: as the files have them)."""
    token = _current.set("" if language == BASE else language)
    try:
        yield
    finally:
        _current.reset(token)
