"""What a desk's HTTP answer means for what was sent."""

from __future__ import annotations

from bot.ports import SendError, SendFailure
from connectors.wire import Answer

AS_A_WHOLE = frozenset({401, 403, 404, 410})
"""Not this message is refused: the key, the address or the conversation there is gone."""
LATER = frozenset({408, 409, 425, 429})


def checked(answer: Answer, what: str) -> Answer:
    """The answer, when it is 2xx. Raises SendError with a sentence; redirects are not followed, and count as a failure."""
    status = answer.status
    if 200 <= status < 300:
        return answer
    reason = f"{what} was answered with {status}"
    if status in AS_A_WHOLE:
        raise SendError(reason, SendFailure.ACCOUNT, code=str(status))
    if 400 <= status < 500 and status not in LATER:
        raise SendError(reason, SendFailure.REFUSED, code=str(status))
    raise SendError(reason, SendFailure.RETRY, code=str(status), after=answer.after)
