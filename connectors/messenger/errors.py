"""What the Send API's errors mean for us, as a table.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
"""

from __future__ import annotations

from typing import NamedTuple

from bot.ports import SendError, SendFailure
from connectors.wire import Answer

WINDOW = "window"
"""``SendError.code`` when the 24 hours are over, whether we saw it or Meta did."""


class Fault(NamedTuple):
    """``meaning`` is for the log and the desk, and names no person."""

    meaning: str
    failure: SendFailure = SendFailure.REFUSED
    code: str | None = None


OUTSIDE = Fault("more than 24 hours since the customer last wrote", code=WINDOW)
GONE = Fault("the person cannot be reached on Messenger: blocked us, or left")
NOT_OWNER = Fault("another app controls this thread")
ASSET = Fault("Meta could not use the attachment")
TOKEN = Fault("Meta did not accept the page token", SendFailure.ACCOUNT)
RESTRICTED = Fault("Meta has restricted the page for a while", SendFailure.ACCOUNT)
BUSY = Fault("Meta asks us to slow down", SendFailure.RETRY)

FAULTS: dict[tuple[int, int | None], Fault] = {
    (10, 2018278): OUTSIDE,
    (10, 2534022): OUTSIDE,
    (10, 2018065): OUTSIDE,
    (10, 2018108): GONE,
    (200, 1545041): GONE,
    (551, None): GONE,
    (100, 2018001): Fault("Meta knows no such person for this page"),
    (100, 2018276): Fault("the app may not use the human-agent tag"),
    (10, 2018300): NOT_OWNER,
    (10, 2018321): NOT_OWNER,
    (100, 2534037): NOT_OWNER,
    (100, 2018008): ASSET,
    (100, 2018047): ASSET,
    (100, 2018074): ASSET,
    (100, 2018109): ASSET,
    (100, 2018294): ASSET,
    (3, None): Fault("the app lacks what sending needs", SendFailure.ACCOUNT),
    (10, None): Fault("the app may not send messages for this page", SendFailure.ACCOUNT),
    (102, None): TOKEN,
    (104, None): Fault("Meta did not accept the proof made with the app secret", SendFailure.ACCOUNT),
    (190, None): TOKEN,
    (200, None): Fault("the app may not send for this page, or is not live", SendFailure.ACCOUNT),
    (368, None): RESTRICTED,
    (2022, None): RESTRICTED,
    (10, 1893063): RESTRICTED,
    (4, None): BUSY,
    (17, None): BUSY,
    (32, None): BUSY,
    (341, None): BUSY,
    (613, None): BUSY,
    (80006, None): BUSY,
    (2, None): Fault("Meta's service is unavailable for the moment", SendFailure.RETRY),
    (1200, None): Fault("Meta's service is unavailable for the moment", SendFailure.RETRY),
    (1, None): Fault("Meta failed for a reason it does not know", SendFailure.UNCERTAIN),
}
"""(code, subcode) -> fault; a row without a subcode holds for all others of its code."""


def fault_of(code: str) -> Fault | None:
    """The row for a ``<code>`` or ``<code>-<subcode>`` as ``SendError.code`` has it; None for an unknown one."""
    first, _, second = code.partition("-")
    if not first.isdecimal():
        return OUTSIDE if code == WINDOW else None
    subcode = int(second) if second.isdecimal() else None
    return FAULTS.get((int(first), subcode)) or FAULTS.get((int(first), None))


def failure_of(answer: Answer) -> SendError:
    """The SendError for an answer that is not 200. ``code`` is ``<code>-<subcode>``, or ``window``."""
    error = answer.body.get("error")
    error = error if isinstance(error, dict) else {}
    code, subcode = _int(error.get("code")), _int(error.get("error_subcode"))
    fault = FAULTS.get((code, subcode)) or FAULTS.get((code, None)) if code is not None else None
    fault = fault or _by_status(answer.status)
    vendor = None if code is None else f"{code}" if subcode is None else f"{code}-{subcode}"
    if vendor is None and fault.failure is SendFailure.ACCOUNT:
        vendor = f"http-{answer.status}"
    return SendError(fault.meaning, fault.failure, code=fault.code or vendor, after=answer.after)


def _by_status(status: int) -> Fault:
    """An error that is not in the table: 429 was not taken, a 5xx may have been, 401 and 403 are about who asks."""
    if status == 429:
        return BUSY
    if status in (401, 403):
        return Fault(f"Meta did not let us in (HTTP {status})", SendFailure.ACCOUNT)
    failure = SendFailure.UNCERTAIN if status >= 500 else SendFailure.REFUSED
    return Fault(f"Meta answered HTTP {status}", failure)


def _int(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
