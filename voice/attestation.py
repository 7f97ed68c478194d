"""What the carriers say of a caller id (STIR/SHAKEN), as Twilio passes it in ``StirVerstat``.

It never proves who calls. A number that failed, or that has less than the installation asks for, is treated as withheld:
the caller gets a conversation of their own and hears nothing of the number's thread.
https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir
"""

from __future__ import annotations

LONGEST = 60
OFF = "OFF"
PASSED = "TN-Validation-Passed-"


def believed(verstat: str, least: str = OFF) -> bool:
    """Whether the caller id may pick up its thread. ``least``: ``A``, ``B``, ``C``, or ``OFF`` (any that did not fail)."""
    if "Failed" in verstat:
        return False
    if least == OFF:
        return True
    level = verstat.removeprefix(PASSED)[:1] if verstat.startswith(PASSED) else ""
    return bool(level) and level in "ABC" and level <= least
