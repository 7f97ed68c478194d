"""The settings of the softphone: agents who answer calls in their browser (docs/desk.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gateway.settings.variables import Variables

SOUNDS = ("https://media.twiliocdn.com", "https://sdk.twilio.com")
SIGNALLING = ("https://eventgw.twilio.com", "wss://voice-js.roaming.twilio.com", *SOUNDS)
"""What the SDK connects to: https://github.com/twilio/twilio-voice.js#content-security-policy-csp"""


@dataclass(frozen=True, slots=True)
class SoftphoneSettings:
    """An API key of the Twilio account, and where browsers load the SDK from. ``integrity``: a hash the script must have,
    or empty. ``signalling``: the origins that the SDK talks to; ``sounds``: where its ringing tones are."""

    key_sid: str
    key_secret: str = field(repr=False)
    sdk_url: str
    integrity: str
    signalling: tuple[str, ...]
    sounds: tuple[str, ...]

    @classmethod
    def of(cls, read: Variables) -> SoftphoneSettings | None:
        """None when it is not configured."""
        if not read.twilio_api_key_sid:
            return None
        url, integrity = read.twilio_voice_sdk_url
        return cls(
            key_sid=read.twilio_api_key_sid,
            key_secret=read.twilio_api_key_secret,
            sdk_url=url,
            integrity=integrity,
            signalling=(f"ws://{urlsplit(url).netloc}",) if read.simulator else SIGNALLING,
            sounds=() if read.simulator else SOUNDS,
        )
