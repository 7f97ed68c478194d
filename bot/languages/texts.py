"""A response in another language: the texts that translators wrote, in the form that designers gave the English one. Pure.

Rasa picks a variation by its ``condition`` and its channel (conditional response variations); a translation becomes such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

SLOT = "language"
"""What the condition looks at: filled by the words' door, from what the gateway says of the message."""

Variation = Mapping[str, Any]


def conditional(original: Sequence[Variation], given: Sequence[Variation], language: str) -> list[dict[str, Any]]:
    """The variations of one response in that language: for each channel that the original or the translation has, the
    translation's text with the original's options and settings; what the translation says of these goes before."""
    channels = dict.fromkeys(one.get("channel") for one in (*original, *given))
    return [_one(channel, original, given, language) for channel in channels]


def chosen(variations: Sequence[Variation], channel: str | None) -> Variation:
    """That of the channel, else the one for all."""
    own = [one for one in variations if one.get("channel") == channel]
    return (own or [one for one in variations if "channel" not in one] or list(variations))[0]


def _one(channel: str | None, original: Sequence[Variation], given: Sequence[Variation], language: str) -> dict[str, Any]:
    base, text = chosen(original, channel), chosen(given, channel)
    made = {**base, **text, "condition": [{"type": "slot", "name": SLOT, "value": language}]}
    made.pop("channel", None)
    voice = {**_settings(base), **((text.get("metadata") or {}).get("voice") or {})}
    metadata = {**(base.get("metadata") or {}), **(text.get("metadata") or {}), **({"voice": voice} if voice else {})}
    return {**made, **({"metadata": metadata} if metadata else {}), **({"channel": channel} if channel else {})}


def _settings(base: Variation) -> dict[str, Any]:
    """How the English one is asked on the phone, without its words."""
    voice = (base.get("metadata") or {}).get("voice") or {}
    return {name: value for name, value in voice.items() if name not in ("short", "with_keys", "hints", "language")}
