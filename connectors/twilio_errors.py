"""What Twilio's refusals mean for us, as a table. Source of each row: https://www.twilio.com/docs/api/errors/<code>"""

from __future__ import annotations

from typing import NamedTuple

from bot.ports import SendError, SendFailure
from connectors.wire import Answer


class Fault(NamedTuple):
    """``meaning`` is for the log and the desk, and names no person; ``after`` is seconds to wait."""

    meaning: str
    failure: SendFailure = SendFailure.REFUSED
    opted_out: bool = False
    after: float | None = None


OPTED_OUT = "21610"
"""Also comes asynchronously, as ``ErrorCode`` of a status callback."""

FAULTS: dict[str, Fault] = {
    "20003": Fault("Twilio did not accept the account's credentials"),
    "20404": Fault("Twilio does not know this resource"),
    "20429": Fault("too many requests to Twilio at once", SendFailure.RETRY),
    "21211": Fault("not a number that Twilio can reach"),
    "21212": Fault("the sending number is not valid"),
    "21215": Fault("calls to this country are switched off in the Twilio account"),
    "21216": Fault("calls to this number are not allowed"),
    "21217": Fault("not a number that Twilio can reach"),
    "21220": Fault("the call is over"),
    "21408": Fault("messages to this country are switched off in the Twilio account"),
    "21606": Fault("the sending number is not ours or cannot send messages"),
    OPTED_OUT: Fault("the recipient has opted out", opted_out=True),
    "21611": Fault("Twilio's queue for our number is full", SendFailure.RETRY, after=60),
    "21612": Fault("no route from our number to this one"),
    "21614": Fault("not a mobile number"),
    "21617": Fault("the message is longer than 1600 characters"),
    "21703": Fault("the messaging service has no number to send from"),
    "30002": Fault("the Twilio account is suspended"),
}


def failure_of(answer: Answer) -> SendError:
    """The SendError for an answer that is not 2xx.

    429 was certainly not processed; a 5xx may have been (there is no idempotency key); other 4xx were refused.
    """
    code = answer.body.get("code")
    code = str(code) if isinstance(code, int) else None
    if fault := FAULTS.get(code or ""):
        after = fault.after if answer.after is None else answer.after
        return SendError(fault.meaning, fault.failure, code=code, opted_out=fault.opted_out, after=after)
    if answer.status == 429:
        return SendError("too many requests to Twilio at once", SendFailure.RETRY, code=code, after=answer.after)
    if answer.status >= 500:
        return SendError(f"Twilio failed with HTTP {answer.status}", SendFailure.UNCERTAIN, code=code)
    return SendError(f"Twilio refused with HTTP {answer.status}", SendFailure.REFUSED, code=code)
