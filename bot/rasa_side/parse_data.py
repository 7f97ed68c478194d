"""Rasa's parse data of a text, asked for and read."""

from __future__ import annotations

from typing import Any

from bot.rasa_side.words import parse_words


async def parsed(agent: Any, text: str) -> dict[str, Any]:
    """What the pipeline of config.yml makes of the text; a slash of the customer's commands nothing, wherever it stands."""
    return await parse_words(agent, text)


def intent_of(data: dict[str, Any]) -> str:
    """Its intent, or an empty string."""
    return str((data.get("intent") or {}).get("name") or "")


def confidence_of(data: dict[str, Any]) -> float:
    """How sure the intent is, from 0 to 1."""
    return float((data.get("intent") or {}).get("confidence") or 0.0)


def entity(name: str, value: str) -> dict[str, Any]:
    """An entity that stands nowhere in the text."""
    return {"entity": name, "value": value, "start": 0, "end": 0}
