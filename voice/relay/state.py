"""What is known of a call's ConversationRelay session, in the store: any gateway may get the next socket or webhook.

What the caller keyed or said is sealed (``voice.sealing``): it may be a PIN or a one-time code.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from bot.ports import Calls
from voice.sealing import Seal, Sealing

LOG_SIZE = 500
"""Events that are remembered; Twilio replays up to 500 (``applicationReconnect``)."""

REPLAY_SECONDS = 3.0
"""A replay comes in one piece behind ``setup``; what a caller says later is new, even when they repeat themselves."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An answer that was taken up for ``step`` and has not been answered yet."""

    step: int
    digits: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class RelayState:
    """``session``: Twilio's id; ``owner``: the socket that may act; ``sent``: the step that was asked last, wholly sent.

    ``log``: marks of the events that were taken up, oldest first; ``keys``: pressed and not finished yet.
    ``failed``: the rest of this call goes over ``<Gather>``.
    """

    session: str = ""
    owner: str = ""
    sent: int = 0
    failed: bool = False
    keys: str = ""
    pending: Pending | None = None
    log: tuple[str, ...] = ()

    def noted(self, mark: str) -> RelayState:
        """With one more event."""
        return replace(self, log=(*self.log, mark)[-LOG_SIZE:])


@dataclass(frozen=True, slots=True)
class RelayStates:
    """Keeps them beside the call's documents (``bot.ports.Calls``). ``get`` and ``change`` raise StoreUnavailable.

    A state is changed by its session, by the next session and by the webhook that follows a session, at any gateway and at
    the same moment; so each change is made to what stands there.
    """

    calls: Calls
    sealing: Sealing

    def seal(self, sid: str) -> Seal:
        """What a call's events are marked and sealed with."""
        return self.sealing.of(sid)

    async def get(self, sid: str) -> RelayState | None:
        """None: this call was never on the relay."""
        text = await self.calls.remembered(_place(sid))
        return None if text is None else self._read(sid, text)

    async def change(self, sid: str, change: Callable[[RelayState | None], RelayState | None]) -> RelayState | None:
        """What ``change`` makes of the state that stands now (it may be called again); None, and nothing changed, where it
        gives None."""
        while True:
            before = await self.calls.remembered(_place(sid))
            now = change(None if before is None else self._read(sid, before))
            if now is None or await self.calls.revise(_place(sid), before, self._written(sid, now)):
                return now

    def _read(self, sid: str, text: str) -> RelayState:
        body = json.loads(text)
        kept = json.loads(self.seal(sid).open(body.pop("sealed", "")) or "{}")
        pending = Pending(**kept["pending"]) if kept.get("pending") else None
        return RelayState(**body, keys=kept.get("keys", ""), pending=pending, log=tuple(kept.get("log", ())))

    def _written(self, sid: str, state: RelayState) -> str:
        body = asdict(state)
        what_came = {name: body.pop(name) for name in ("keys", "pending", "log")}
        sealed = self.seal(sid).close(json.dumps(what_came))
        return json.dumps({**body, "sealed": sealed})


def _place(sid: str) -> str:
    return f"{sid}:relay"


class Replay:
    """Tells events that a new socket brings again from new ones.

    A replay is a run of the log that may begin anywhere; each event narrows where it can be, and the first that fits
    nowhere ends it.
    """

    def __init__(self, log: tuple[str, ...]) -> None:
        self._log = log
        self._places = set(range(len(log)))

    def is_again(self, mark: str) -> bool:
        """True when the event was taken up before."""
        following = {place + 1 for place in self._places if place < len(self._log) and self._log[place] == mark}
        self._places = following
        return bool(following)

    def over(self) -> None:
        """Whatever comes now is new."""
        self._places = set()
