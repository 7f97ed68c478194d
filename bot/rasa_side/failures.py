"""Which custom actions failed in the turn that is running.

Rasa logs an action that raised or could not be reached and goes on as if it had said nothing; the customer
hears silence. Each turn gets a list (a context variable, so turns at the same time do not mix) and the patched
``RemoteAction.run`` writes into it.
"""

from __future__ import annotations

from contextvars import ContextVar, Token

_failed: ContextVar[list[str] | None] = ContextVar("onethread_failed_actions", default=None)


def start() -> tuple[list[str], Token[list[str] | None]]:
    """Begin to collect; the list fills as the turn goes on. Give the token to ``stop``."""
    names: list[str] = []
    return names, _failed.set(names)


def stop(token: Token[list[str] | None]) -> None:
    """End what ``start`` began."""
    _failed.reset(token)


def note(name: str) -> None:
    """An action failed (named once); outside a turn nobody asks and nothing happens."""
    names = _failed.get()
    if names is not None and name not in names:
        names.append(name)
