"""How each of our numbers talks to callers: over ``<Gather>`` or over ConversationRelay (``VOICE_MODE``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.settings.kinds import E164

GATHER, RELAY = "gather", "relay"


@dataclass(frozen=True, slots=True)
class VoiceModes:
    """One mode for all numbers, and exceptions by number (E.164)."""

    default: str = GATHER
    exceptions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> VoiceModes:
        """``relay``, or ``gather, +12125550101=relay``. ValueError with the end of a sentence."""
        default, exceptions = GATHER, {}
        for part in (part.strip() for part in text.split(",")):
            number, equals, mode = (piece.strip() for piece in part.rpartition("="))
            if mode.lower() not in (GATHER, RELAY) or (equals and not E164.fullmatch(number)):
                raise ValueError(f"has {part[:40]!r}: write gather or relay, and exceptions as +12125550101=relay.")
            if equals:
                exceptions[number] = mode.lower()
            else:
                default = mode.lower()
        return cls(default, exceptions)

    @property
    def relay(self) -> bool:
        """Whether any call goes over the relay."""
        return RELAY in (self.default, *self.exceptions.values())

    def is_relay(self, number: str) -> bool:
        """Whether calls to this number do."""
        return self.exceptions.get(number, self.default) == RELAY
