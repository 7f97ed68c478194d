"""The document that opens a ConversationRelay session, and the token that ties the socket to its call.

https://www.twilio.com/docs/voice/twiml/connect/conversationrelay
"""

from __future__ import annotations

import hashlib
import hmac

from twilio.twiml.voice_response import Connect, ConversationRelay, VoiceResponse  # type: ignore[import-untyped]

from connectors.twilio.client import TwilioAccount
from voice.relay.rendering import Listen
from voice.script import EITHER, Speech, Tongues, url

SOCKET_PATH = "/twilio/relay"
TRANSCRIPTION, MODEL = "Deepgram", "nova-3-general"
"""Named because Twilio's default depends on how old the account is."""

PROVIDERS = {"Polly": "Amazon", "Google": "Google", "ElevenLabs": "ElevenLabs"}
"""A ``<Say>`` voice's first part -> ConversationRelay's provider: the caller hears one voice all through."""


def connect(account: TwilioAccount, sid: str, listen: Listen, tongues: Tongues) -> str:
    """Open a session that asks ``listen.step``, in the language of the turn. No personal data and no secret stands in it but the
    socket's token."""
    speech, either = tongues.speech, listen.language == EITHER
    provider, voice = _voice(speech)
    node = Connect(action=url("relay", step=listen.step), method="POST")
    relay = node.conversation_relay(
        url=socket_url(account),
        language=speech.language if either else listen.language or speech.language,
        transcription_language=EITHER if either else None,
        tts_provider=provider,
        voice=voice,
        transcription_provider=TRANSCRIPTION,
        speech_model=MODEL,
        hints=listen.hints or None,
        dtmf_detection=True,
        interruptible="any",
        report_input_during_agent_speech="any",
        partial_prompts=True,
        events="speaker-events tokens-played",
        application_reconnect=True,
    )
    for one in (tongues.own, *tongues.others.values()) if tongues.others else ():
        _in_language(relay, one.speech)
    relay.parameter(name="token", value=token(account, sid))
    relay.parameter(name="step", value=str(listen.step))
    response = VoiceResponse()
    response.append(node)
    return str(response.to_xml())


def _in_language(relay: ConversationRelay, speech: Speech) -> None:
    """How a language is spoken and heard that the call may change to (``voice.relay.frames.Language``)."""
    provider, voice = _voice(speech)
    relay.language(
        code=speech.language, tts_provider=provider, voice=voice, transcription_provider=TRANSCRIPTION, speech_model=MODEL
    )


def _voice(speech: Speech) -> tuple[str | None, str | None]:
    """The provider and its voice; None for both is the account's own."""
    provider, _, voice = (speech.voice or "").partition(".")
    return (PROVIDERS[provider], voice) if provider in PROVIDERS else (None, None)


def socket_url(account: TwilioAccount) -> str:
    """``wss://`` of the public address; ``ws://`` only where that is plain http, which settings allow on loopback alone."""
    return account.public(SOCKET_PATH).replace("http", "ws", 1)


def token(account: TwilioAccount, sid: str) -> str:
    """What the socket of call ``sid`` must bring: a signed handshake does not say which call it is for."""
    return _token(account.auth_tokens[0], sid)


def is_token(account: TwilioAccount, sid: str, given: str) -> bool:
    """True for any of the account's tokens (rotation)."""
    found = [
        hmac.compare_digest(_token(secret, sid).encode(), given.encode("utf-8", "replace")) for secret in account.auth_tokens
    ]
    return any(found)


def _token(secret: str, sid: str) -> str:
    return hmac.new(secret.encode(), f"relay socket of {sid}".encode(), hashlib.sha256).hexdigest()
