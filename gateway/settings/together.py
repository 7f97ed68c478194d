"""What does not go together, though each value is right by itself. All of it is told at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.settings import other_desks
from gateway.settings.kinds import is_loopback, loopback_url
from gateway.settings.variables import Variables

FICTIONAL_NUMBER = re.compile(r"\+1[2-9]\d{2}55501\d{2}")
"""Numbers kept for fiction (555-0100 to 555-0199): the only ones the simulator may stand for."""


def contradictions(read: Variables) -> Iterator[str]:
    """One sentence each, which names the variable."""
    if read.public_port == read.internal_port:
        yield f"INTERNAL_PORT is {read.internal_port}, the same as PUBLIC_PORT: the two listeners need two ports."
    if read.oidc_issuer and not read.desk_url:
        yield "OIDC_ISSUER needs DESK_URL: the address that browsers come back to from there."
    yield from _public_url(read)
    yield from _parts_of_twilio(read)
    yield from other_desks.missing(read)
    if read.simulator:
        yield from _simulated(read)


def _public_url(read: Variables) -> Iterator[str]:
    vendors = (
        ("TWILIO_ACCOUNT_SID", read.twilio_account_sid, read.twilio_api_url),
        ("MESSENGER_APP_SECRET", read.messenger_app_secret, read.messenger_api_url),
    )
    real = [name for name, given, url in vendors if given and not loopback_url(url)]
    if real and not read.public_url:
        yield f"PUBLIC_URL is missing, and {real[0]} is set: without it every webhook would be refused."


def _parts_of_twilio(read: Variables) -> Iterator[str]:
    if not read.twilio_account_sid:
        if read.twilio_verify_service:
            yield "TWILIO_VERIFY_SERVICE is set without TWILIO_ACCOUNT_SID: it is a part of that account."
        if read.twilio_api_key_sid:
            yield "TWILIO_API_KEY_SID is set without TWILIO_ACCOUNT_SID: it is a key of that account."
    elif read.twilio_verify_service and loopback_url(read.twilio_api_url) != loopback_url(read.twilio_verify_url):
        yield "TWILIO_VERIFY_URL and TWILIO_API_URL must both be real or both be on this machine."


def _simulated(read: Variables) -> Iterator[str]:
    """The simulator is refused wherever a real account or a stranger could meet it."""
    if not (read.twilio_account_sid and read.messenger_app_secret):
        yield "SIMULATOR is on without its own credentials: start it with `make run`, which makes them."
        return
    for name, url in (("TWILIO_API_URL", read.twilio_api_url), ("MESSENGER_API_URL", read.messenger_api_url)):
        if not loopback_url(url):
            yield f"SIMULATOR is on but {name} names a real server: remove SIMULATOR or the credentials."
    for name, number in (("TWILIO_SMS_NUMBER", read.twilio_sms_number), ("TWILIO_VOICE_NUMBER", read.twilio_voice_number)):
        if not FICTIONAL_NUMBER.fullmatch(number):
            yield f"SIMULATOR is on but {name} is a real number: remove SIMULATOR or the credentials."
    if read.twilio_api_key_sid and not loopback_url(read.twilio_voice_sdk_url[0]):
        yield "TWILIO_VOICE_SDK_URL must be on this machine while SIMULATOR is on: only its own script talks to it."
    if not is_loopback(read.internal_host):
        yield "INTERNAL_HOST must be loopback while SIMULATOR is on: whoever reaches it can speak as any customer."
