"""What the simulated line hears and speaks: the languages that it was told."""

from __future__ import annotations

import pytest

from simulator.twiml.languages import heard, relay_voice, unheard, unspoken


@pytest.mark.parametrize(
    ("language", "voice"),
    [
        ("es-US", "Polly.Lupe-Neural"), ("en-US", "Polly.Joanna-Neural"), ("en-US", ""), ("es-US", "man"),
        ("es-US", "Google.es-US-Wavenet-A"), ("es-US", relay_voice("Amazon", "Lupe-Neural")), ("sv-SE", "Polly.Astrid"),
    ],
)  # fmt: skip
def test_voices_that_speak_it(language: str, voice: str) -> None:
    assert unspoken(language, voice) is None


def test_either_is_heard_by_one_model() -> None:
    assert unheard("multi", "deepgram_nova-3") is None and unheard("es-US", "phone_call") is None
    assert unheard("multi", "default")


@pytest.mark.parametrize(("spoken", "listening"), [("es", "es-US"), ("es", "multi"), ("", "en-US"), ("en-US", "en-GB")])
def test_words_are_heard_in_their_language(spoken: str, listening: str) -> None:
    assert heard("hola", spoken, listening) == "hola"


def test_words_in_another_language_are_nonsense() -> None:
    assert "hola" not in heard("hola", "es", "en-US")
