"""The settings of the waiting line, of people and recordings on the phone (docs/handoff.md)."""

from __future__ import annotations

import re

from bot.hours import BadHours, Hours
from gateway.values import ConfigError, Reader
from voice.line_settings import LineSettings


def _call_hours(read: Reader) -> Hours:
    """When customers are called at their own wish. The time zone is checked already."""
    try:
        return Hours.parse(read.optional("CALL_HOURS") or "", read.text("BUSINESS_TIMEZONE"))
    except BadHours as error:
        raise ConfigError(f"CALL_HOURS: {error}.") from None


def line_settings(read: Reader) -> LineSettings:
    """Read and check them. Raises ConfigError with a sentence that names the variable."""
    try:
        hours = Hours.parse(read.optional("BUSINESS_HOURS") or "", read.text("BUSINESS_TIMEZONE"))
    except BadHours as error:
        name = "BUSINESS_TIMEZONE" if "time zone" in str(error) else "BUSINESS_HOURS"
        raise ConfigError(f"{name}: {error}.") from None
    call_hours = _call_hours(read)
    limit = read.matching("QUEUE_LIMIT", r"[1-9]\d{0,3}", "a number of callers, 1 to 9999")
    tries = read.matching("CALLBACK_TRIES", r"[1-9]|10", "how often a customer is called back, 1 to 10")
    minutes = read.matching("CALLBACK_MINUTES", r"[1-9]\d{0,3}", "minutes between two calls to a customer, 1 to 9999")
    music = read.optional("HOLD_MUSIC") or ""
    if music.lower() not in ("", "off"):
        music = read.base_url("HOLD_MUSIC")
    names = [name.strip() for name in (read.optional("SUPERVISORS") or "").split(",") if name.strip()]
    if wrong := next((name for name in names if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,31}", name)), None):
        raise ConfigError(f"SUPERVISORS has {wrong[:40]!r}: it must list usernames of the desk, separated by commas.")
    return LineSettings(
        hours,
        int(limit),
        music.lower() if music.lower() == "off" else music,
        record_calls=read.one_of("RECORD_CALLS", ("ON", "OFF")) == "ON",
        summary_sms=read.one_of("SUMMARY_SMS", ("ON", "OFF")) == "ON",
        effort_question=read.one_of("EFFORT_QUESTION", ("ON", "OFF")) == "ON",
        supervisors=frozenset(names),
        call_hours=call_hours,
        callback_tries=int(tries),
        callback_minutes=int(minutes),
    )
