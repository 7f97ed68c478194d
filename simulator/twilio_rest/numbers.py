"""The account's numbers as they are set up here: what the simulator itself does when they are called or texted.

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

from __future__ import annotations

import hashlib
from typing import Any

from simulator.settings import SimulatorSettings


def numbers_of(settings: SimulatorSettings) -> list[dict[str, Any]]:
    """One resource for each number; the one that texts may be the one that is called."""
    return [_resource(settings, number) for number in dict.fromkeys((settings.sms_number, settings.voice_number))]


def _resource(settings: SimulatorSettings, number: str) -> dict[str, Any]:
    calls, texts = number == settings.voice_number, number == settings.sms_number
    status = settings.voice_status_path if calls else None
    sid = "PN" + hashlib.md5(number.encode(), usedforsecurity=False).hexdigest()
    return {
        "sid": sid,
        "account_sid": settings.account_sid,
        "api_version": "2010-04-01",
        "beta": False,
        "capabilities": {"voice": calls, "sms": texts, "mms": texts, "fax": False},
        "friendly_name": number,
        "phone_number": number,
        "origin": "twilio",
        "status": "in-use",
        "sms_application_sid": "",
        "sms_url": settings.public(settings.sms_path) if texts else "",
        "sms_method": "POST",
        "sms_fallback_url": "",
        "sms_fallback_method": "POST",
        "voice_application_sid": "",
        "voice_url": settings.public(settings.voice_path) if calls else "",
        "voice_method": "POST",
        "voice_fallback_url": "",
        "voice_fallback_method": "POST",
        "voice_receive_mode": "voice",
        "voice_caller_id_lookup": False,
        "status_callback": settings.public(status) if status else "",
        "status_callback_method": "POST",
        "trunk_sid": None,
        "uri": f"/2010-04-01/Accounts/{settings.account_sid}/IncomingPhoneNumbers/{sid}.json",
    }
