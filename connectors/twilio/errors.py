"""What Twilio's refusals mean for us, as tables: whose fault, and whether to try again.

Source of each row: https://www.twilio.com/docs/api/errors/<code>. ``FAULTS`` are answers to a request; ``FATES`` come later, as
``ErrorCode`` of a status callback, of a message that Twilio had taken.
"""

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


class Fate(NamedTuple):
    """``account``: a person must mend our account or its settings. ``again``: it certainly did not go, and may after that."""

    meaning: str
    account: bool = False
    again: bool = False


OPTED_OUT = "21610"
"""Also comes asynchronously, as ``ErrorCode`` of a status callback."""
ACCOUNT, RETRY = SendFailure.ACCOUNT, SendFailure.RETRY
SUSPENDED = "the Twilio account is suspended or closed"
NOT_OURS = "the sending number is not ours or cannot send messages"

NOT_SENDERS = frozenset({"21212", "21606", "21659", "21660", "21661"})
"""It is the sending number that Twilio does not take: another one of ours may do."""

FAULTS: dict[str, Fault] = {
    "10001": Fault(SUSPENDED, ACCOUNT),
    "14107": Fault("too many messages to Twilio at once", RETRY),
    "20003": Fault("Twilio did not accept the account's credentials", ACCOUNT),
    "20005": Fault(SUSPENDED, ACCOUNT),
    "20006": Fault("the Twilio account may not do this", ACCOUNT),
    "20008": Fault("Twilio was given test credentials", ACCOUNT),
    "20404": Fault("Twilio does not know this resource"),
    "20429": Fault("too many requests to Twilio at once", RETRY),
    "21210": Fault("the calling number is not verified in the Twilio account", ACCOUNT),
    "21211": Fault("not a number that Twilio can reach"),
    "21212": Fault("the sending number is not valid", ACCOUNT),
    "21215": Fault("calls to this country are switched off in the Twilio account"),
    "21216": Fault("calls to this number are not allowed"),
    "21217": Fault("not a number that Twilio can reach"),
    "21220": Fault("the call is over"),
    "21408": Fault("messages to this country are switched off in the Twilio account"),
    "21603": Fault("no sending number was given", ACCOUNT),
    "21606": Fault(NOT_OURS, ACCOUNT),
    "21608": Fault("a Twilio trial account reaches verified numbers only", ACCOUNT),
    OPTED_OUT: Fault("the recipient has opted out", opted_out=True),
    "21611": Fault("Twilio's queue for our number is full", RETRY, after=60),
    "21612": Fault("no route from our number to this one"),
    "21614": Fault("not a mobile number"),
    "21617": Fault("the message is longer than 1600 characters"),
    "21659": Fault(NOT_OURS, ACCOUNT),
    "21660": Fault("the sending number belongs to another Twilio account", ACCOUNT),
    "21661": Fault(NOT_OURS, ACCOUNT),
    "21703": Fault("the messaging service has no number to send from", ACCOUNT),
    "21705": Fault("Twilio does not know the messaging service", ACCOUNT),
    "30002": Fault(SUSPENDED, ACCOUNT),
    "63038": Fault("the account's daily limit of messages is reached", ACCOUNT),
    "90010": Fault(SUSPENDED, ACCOUNT),
}

FATES: dict[str, Fate] = {
    OPTED_OUT: Fate("the recipient has opted out"),
    "30001": Fate("Twilio's queue for our number was full for too long", account=True),
    "30002": Fate(SUSPENDED, account=True, again=True),
    "30003": Fate("the phone cannot be reached: switched off or without a network"),
    "30004": Fate("the phone or its carrier blocks messages from us"),
    "30005": Fate("the number is not in use"),
    "30006": Fate("a landline, or a carrier that cannot be reached: it takes no text messages"),
    "30007": Fate("the carrier filtered the message out: its words or our number look like spam to it"),
    "30008": Fate("the carrier did not deliver it and gave no reason"),
    "30010": Fate("the message costs more than the account allows", account=True),
    "30017": Fate("the carrier's network is overloaded"),
    "30018": Fate("the destination takes registered senders only", account=True),
    "30019": Fate("the message or its picture is too large for the carrier"),
    "30022": Fate("more messages at once than the carrier allows our number", account=True),
    "30023": Fate("the carrier's daily limit for our number is reached", account=True),
    "30024": Fate("the sending number is not set up at the carrier", account=True),
    "30027": Fate("the carrier's daily limit for our registration is reached", account=True),
    "30032": Fate("the sending toll-free number is not verified", account=True),
    "30033": Fate("our registration for text messages is suspended", account=True),
    "30034": Fate("the sending number is not registered for text messages (A2P 10DLC)", account=True),
    "30035": Fate("the sending number is still being set up", account=True),
    "30036": Fate("it waited for too long and was given up"),
    "30038": Fate("the carrier filtered a one-time code out"),
    "30044": Fate("a Twilio trial account cannot send a message this long", account=True),
    "30410": Fate("the carrier did not answer in time"),
    "30450": Fate("Twilio blocked it as suspected fraud"),
    "30485": Fate("Twilio blocked it as suspected fraud"),
}


def failure_of(answer: Answer) -> SendError:
    """The SendError for an answer that is not 2xx.

    429 was certainly not processed; a 5xx may have been (there is no idempotency key); 401, 402 and 403 are about who asks, not
    about what; other 4xx were refused.
    """
    code = answer.body.get("code")
    code = str(code) if isinstance(code, int) else None
    if fault := FAULTS.get(code or ""):
        after = fault.after if answer.after is None else answer.after
        return SendError(fault.meaning, fault.failure, code=code, opted_out=fault.opted_out, after=after)
    meaning, failure = _by_status(answer.status)
    code = code or (f"http-{answer.status}" if failure is ACCOUNT else None)
    return SendError(meaning, failure, code=code, after=answer.after)


def _by_status(status: int) -> tuple[str, SendFailure]:
    if status == 429:
        return "too many requests to Twilio at once", SendFailure.RETRY
    if status >= 500:
        return f"Twilio failed with HTTP {status}", SendFailure.UNCERTAIN
    if status in (401, 402, 403):
        return f"Twilio did not let us in (HTTP {status})", SendFailure.ACCOUNT
    return f"Twilio refused with HTTP {status}", SendFailure.REFUSED
