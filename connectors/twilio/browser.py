"""Agents' browsers as phones, by Twilio's Voice SDK: whose browser has which name, and the tokens that let it register.

https://www.twilio.com/docs/iam/access-tokens , https://www.twilio.com/docs/voice/sdks/javascript
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from twilio.jwt.access_token import AccessToken  # type: ignore[import-untyped]
from twilio.jwt.access_token.grants import VoiceGrant  # type: ignore[import-untyped]

LIFE = 30 * 60
"""Seconds that a token is good for; Twilio takes up to 24 hours, and the page asks for the next one before its end."""


@dataclass(frozen=True, slots=True)
class BrowserPhones:
    """``key_sid`` and ``key_secret`` are an API key of the account. ``identity_secret`` keeps names from being guessed."""

    account_sid: str
    key_sid: str
    key_secret: str = field(repr=False)
    identity_secret: str = field(repr=False)

    def identity(self, agent: str) -> str:
        """The name under which an agent's browser is rung, by username. Letters, figures and ``_``, which are all that
        Twilio's identities are documented to take; another agent cannot work it out."""
        mixed = hmac.new(self.identity_secret.encode(), f"softphone {agent}".encode(), hashlib.sha256)
        return f"agent_{mixed.hexdigest()[:40]}"

    def address(self, agent: str) -> str:
        """What is rung in the place of a phone number."""
        return f"client:{self.identity(agent)}"

    def token(self, agent: str) -> str:
        """A token for this agent's browser: it may be rung, and can call nobody."""
        grant = VoiceGrant(incoming_allow=True)
        made = AccessToken(
            self.account_sid, self.key_sid, self.key_secret, grants=[grant], identity=self.identity(agent), ttl=LIFE
        )
        return str(made.to_jwt())
