"""Why a message did not arrive, in words for agents and operators: whose fault it is, and what is wrong with our accounts."""

from __future__ import annotations

from bot.model import ChannelName, DeliveryStatus
from bot.ports import Doubt, SendFailure, Trouble
from connectors.messenger import errors as messenger_errors
from connectors.twilio import errors as twilio_errors

TWILIO, META = "twilio", "messenger"
EXPIRED, TOO_OLD = "expired", "too_old"
"""Codes of our own: it was not sent while it was good; it waited for too long."""
OTHER_PAGE = "other_page"
"""A code of our own: messages come to a page that is not set up here. Also the word that the connector counts them by."""

CODE_CAP = "code_cap"
"""A code of our own: as many one-time codes were sent in an hour as may be."""

_OURS = {
    CODE_CAP: "no one-time codes are sent: CODES_PER_HOUR is reached",
    EXPIRED: "it could not be sent while it was still good",
    TOO_OLD: "it could not be sent for too long and would only confuse now",
    OTHER_PAGE: "messages come to a page that MESSENGER_PAGE_ID does not name: nobody answers them",
    messenger_errors.WINDOW: messenger_errors.OUTSIDE.meaning,
    "gave up": "it could not be sent for too long and would only confuse now",
}
_GOES_ON = "What could not be sent is kept and goes out when that is mended."
_VENDORS = {TWILIO: "Text messages and calls", META: "Messenger messages"}


def vendor_of(channel: ChannelName) -> str:
    """Whose account a channel uses; empty for the web chat."""
    return {ChannelName.SMS: TWILIO, ChannelName.VOICE: TWILIO, ChannelName.MESSENGER: META}.get(channel, "")


def meaning(vendor: str, code: str) -> str | None:
    """A code in plain words, without a full stop; None for one that we do not know."""
    if code in _OURS:
        return _OURS[code]
    if vendor == TWILIO:
        known = twilio_errors.FATES.get(code) or twilio_errors.FAULTS.get(code)
        return known.meaning if known else None
    fault = messenger_errors.fault_of(code) if vendor == META else None
    return fault.meaning if fault else None


def is_accounts(vendor: str, code: str) -> bool:
    """Whether a person must mend our account, whatever becomes of the message."""
    if vendor == TWILIO:
        fate, fault = twilio_errors.FATES.get(code), twilio_errors.FAULTS.get(code)
        return bool(fate and fate.account) or bool(fault and fault.failure is SendFailure.ACCOUNT)
    known = messenger_errors.fault_of(code)
    return known is not None and known.failure is SendFailure.ACCOUNT


def goes_again(channel: ChannelName, code: str) -> bool:
    """Whether a message that the vendor had taken certainly did not go, and may when our account is mended."""
    fate = twilio_errors.FATES.get(code) if vendor_of(channel) == TWILIO else None
    return fate is not None and fate.again


def label(channel: ChannelName, error: str) -> str:
    """A counter's label: the code when it is one we know, else ``other``."""
    return error if meaning(vendor_of(channel), error) else "other"


def why(doubt: Doubt) -> str:
    """What the agent reads beside the words."""
    if doubt.status is DeliveryStatus.UNCERTAIN:
        return "May not have arrived"
    vendor, code = vendor_of(doubt.message.channel), doubt.error
    known = meaning(vendor, code)
    if known is None:
        return f"Not delivered ({code})" if code else "Not delivered"
    return f"Not delivered: {known} ({code})" if code not in _OURS else f"Not delivered: {known}"


def sentence(trouble: Trouble) -> str:
    """What the desk and health say while it lasts."""
    vendor, code, since = trouble.vendor, trouble.code, f"{trouble.since:%-d %b %H:%M} UTC"
    known = meaning(vendor, code) or "the vendor refuses our account"
    if code in _OURS:
        return f"{known[:1].upper()}{known[1:]} (since {since})."
    fate = twilio_errors.FATES.get(code) if vendor == TWILIO else None
    kept = f" {_GOES_ON}" if fate is None or fate.again or code in twilio_errors.FAULTS else ""
    return f"{_VENDORS[vendor]} do not all go out: {known} ({code}, since {since}).{kept}"
