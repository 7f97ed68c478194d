"""An agent: who they are, what they may and do, and how they are reached."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

import phonenumbers

from desk.accounts.roles import SUPERVISES, WORKS, Role
from desk.accounts.work import Work

SIP = re.compile(r"sips?:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}(:\d{1,5})?", re.ASCII)
"""A desk phone or soft phone: https://www.twilio.com/docs/voice/api/sip-making-calls"""
ALERTS = ("title", "sound", "desktop", "keys")
"""What tells an agent that somebody wrote: the count in the title, a sound, a notification; and letters as keys."""
AT_FIRST = frozenset({"title", "sound", "keys"})
"""A notification is shown to nobody who did not ask for it."""
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


@dataclass(frozen=True, slots=True)
class Agent:
    """Who answers. ``username`` is what the core knows an agent by; ``phone`` is E.164 or a SIP address; ``browser`` is the
    address of their browser when they answer calls in it.

    ``password_id`` changes with each password, and a session made with an older one is over.
    """

    username: str
    display_name: str
    phone: str | None = None
    available: bool = True
    must_change_password: bool = False
    password_id: str = field(default="", repr=False)
    browser: str | None = field(default=None, repr=False)
    disabled: bool = False
    """May not sign in, and is rung by nothing."""
    role: Role = Role.AGENT
    alerts: frozenset[str] = AT_FIRST
    """Of ALERTS, those that they want."""
    work: Work = field(default_factory=Work)
    elsewhere: str = field(default="", repr=False)
    """Whose account elsewhere opens it (``desk.accounts.elsewhere``); '' for one that was made here."""

    @property
    def supervisor(self) -> bool:
        """May listen to calls and coach."""
        return self.role in SUPERVISES

    @property
    def works(self) -> bool:
        """Whether they talk with customers at all."""
        return self.role in WORKS and not self.disabled

    @property
    def in_browser(self) -> bool:
        """Whether calls are answered in the browser."""
        return self.browser is not None

    @property
    def rings(self) -> str | None:
        """What is rung for a call; None when they answer by message only."""
        return self.browser or self.phone


@dataclass(frozen=True, slots=True)
class OneTimePassword:
    """To be told to the agent once; it is not kept."""

    username: str
    password: str = field(repr=False)


class AgentError(ValueError):
    """Refused; the message is a sentence for whoever asked."""


def clean_phone(typed: str) -> str | None:
    """E.164 of what was typed (or a SIP address), None when nothing was. AgentError when it is neither."""
    if not typed.strip():
        return None
    if SIP.fullmatch(typed.strip()):
        return typed.strip()
    try:
        number = phonenumbers.parse(typed, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise AgentError("Write the phone number with + and the country code, like +1 202 555 0100, or a SIP address.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def clean_name(typed: str) -> str:
    """A display name without control characters. AgentError when it is empty or over 60 characters."""
    name = " ".join("".join(c for c in typed if unicodedata.category(c)[0] != "C" or c == " ").split())
    if not 1 <= len(name) <= 60:
        raise AgentError("The name needs 1 to 60 characters.")
    return name
