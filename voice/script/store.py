"""Scripts beside their call in the store, so that a webhook that comes again gets the same answer, from any gateway.

Both functions raise StoreUnavailable.
"""

from __future__ import annotations

from bot.ports import Calls
from voice.script.verbs import Script


async def remember(calls: Calls, key: str, script: Script) -> None:
    """Keep it. ``key``: call sid and step, or what else is answered once."""
    await calls.remember(_place(key), script.to_json())


async def remembered(calls: Calls, key: str) -> Script | None:
    """What is kept. None also for what a gateway of another release kept in a form of its own: the step is made anew, and what
    was done in it is known by its message's id and not done twice."""
    text = await calls.remembered(_place(key))
    try:
        return Script.from_json(text) if text is not None else None
    except ValueError:
        return None


def _place(key: str) -> str:
    """A place of its own: a gateway from before there were scripts reads the key itself out as TwiML."""
    return f"{key}:script"
