"""Twilio's side of a scripted call: what its debugger would show, and webhooks that come once more."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import aiohttp

from journeys.seats import Missed
from journeys.stage import Stage
from simulator.signing import twilio_signature


@dataclass(frozen=True, slots=True)
class Network:
    """The network as one installation sees it."""

    stage: Stage

    async def sends_again(self, sid: str, number: int) -> None:
        """Send the ``number``-th document request of a call (from 1) once more, long after it was answered.

        Raises Missed unless it is answered as it was then.
        """
        asked = [e for e in self.stage.sim.exchanges("voice") if (e["fields"] or {}).get("CallSid") == sid]
        if len(asked) < number:
            raise Missed(f"there have been {len(asked)} webhooks of this call, not {number}")
        before = asked[number - 1]
        again = await self._posted(before["url"], before["fields"])
        if again != before["answer"]:
            raise Missed(f"the same webhook was answered otherwise:\n{before['answer']}\n{again}")

    async def _posted(self, url: str, fields: dict[str, str]) -> str:
        token = json.loads((self.stage.home / "secrets.json").read_text())["simulated_auth_token"]
        headers = {"X-Twilio-Signature": twilio_signature(token, url, list(fields.items()))}
        async with self.stage.http.post(url, data=aiohttp.FormData(list(fields.items())), headers=headers) as answer:
            if answer.status != 200:
                raise Missed(f"a webhook that came again was answered {answer.status}")
            return await answer.text()

    def problems(self, sids: Collection[str]) -> list[int]:
        """Twilio's error codes for these calls, in order."""
        return [int(problem["code"]) for problem in self._problems(sids)]

    def told(self, sids: Collection[str]) -> str:
        """The same with their sentences."""
        return "; ".join(f"{problem['code']}: {problem['text']}" for problem in self._problems(sids))

    def _problems(self, sids: Collection[str]) -> list[dict[str, Any]]:
        events = [e for e in self.stage.sim.events if e.get("problems")]
        mine = [e for e in events if (e.get("sid") or (e.get("fields") or {}).get("CallSid")) in sids]
        return [problem for event in mine for problem in event["problems"]]
