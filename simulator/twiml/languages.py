"""Which languages Twilio hears and speaks, as far as documents show it, and what comes of words in another one. Pure.

https://www.twilio.com/docs/voice/twiml/gather#language , https://www.twilio.com/docs/voice/twiml/say/text-speech
"""

from __future__ import annotations

import re

EITHER, EITHER_MODEL = "multi", "deepgram_nova-3"
TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})+")

VOICES = {
    code: frozenset(names.split())
    for code, names in {
        "en-US": "Danielle Gregory Ivy Joanna Joey Justin Kendra Kevin Kimberly Matthew Ruth Salli Stephen",
        "en-GB": "Amy Arthur Brian Emma",
        "es-US": "Lupe Miguel Pedro Penelope",
        "es-MX": "Andres Mia",
        "es-ES": "Conchita Enrique Lucia Sergio",
        "fr-CA": "Chantal Gabrielle Liam",
        "fr-FR": "Celine Lea Mathieu Remi",
        "de-DE": "Daniel Hans Marlene Vicki",
    }.items()
}
"""Amazon's voices by language; one that is not here is not checked."""


def unheard(language: str, model: str) -> str | None:
    """Why a ``<Gather>`` of that speech model does not hear the language; None when it does."""
    if language == EITHER:
        return None if model == EITHER_MODEL else f"multi is heard with {EITHER_MODEL} alone"
    return None if TAG.fullmatch(language) else f"{language!r} should be a language with its country, such as en-US"


def unspoken(language: str, voice: str) -> str | None:
    """Why a voice (``Polly.Lupe-Neural``, ``Google.es-US-Wavenet-A``) does not speak the language; None when it does."""
    provider, _, name = voice.partition(".")
    if provider == "Google" and TAG.match(name):
        return None if name.startswith(f"{language}-") else f"{voice} does not speak {language}"
    first = name.partition("-")[0]
    own = next((code for code, voices in VOICES.items() if first in voices), None) if provider == "Polly" else None
    return f"{voice} speaks {own}, not {language}" if own and own != language else None


def relay_voice(provider: str, voice: str) -> str:
    """A voice of the relay's, named as ``<Say>`` names it."""
    return f"Polly.{voice}" if provider == "Amazon" else f"Google.{voice}" if provider == "Google" else ""


def heard(text: str, spoken: str, listening: str) -> str:
    """What a recogniser for ``listening`` makes of words in ``spoken`` (both may be two letters; empty: it is not said)."""
    same = spoken.partition("-")[0] == listening.partition("-")[0]
    return text if not spoken or same or listening == EITHER else f"nonsense from {spoken} heard as {listening}"
