"""The core with the real bank behind it: each wish is answered by the real action, behind its door, on the real tracker."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rasa_sdk.executor import ActionExecutor
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.bank import Bank
from actions.registry import bank_skills
from actions.said import amount
from actions.seed import PEOPLE
from actions.tables import RaisedLimit
from bot import domain_files
from bot.directives import SendCode
from bot.model import ChannelName, Reply
from bot.ports import DialogueTurn
from bot.ports.levels import Levels
from bot.skills.action_server.guard import executor_for
from bot.skills.parsing.names import Names, NoPeople
from bot.skills.registry import all_actions

DOMAIN_FOLDER = Path(__file__).parents[2] / "domain"
LEVELS = Levels.from_domain(DOMAIN_FOLDER)
WISHES = {
    "what's my balance": "action_balance",
    "where is my card": "action_delivery",
    "raise my limit": "action_raise_limit",
    "say that again please": "action_repeat",
}
"""Words, and the action that answers them (Rasa's understanding is not what is tried here)."""


def facts() -> dict[str, set[str]]:
    """What the bank can tell, out of its own records: each piece of text, and whose numbers it is of."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for person in PEOPLE:
        for _, cents in person.accounts:
            found[str(amount(cents)["amount"])].add(person.phone)
        found[f"card {person.delivery[0]}"].add(person.phone)
    return dict(found)


def domain() -> dict[str, Any]:
    """The designers' responses, as actions get them."""
    files = [domain_files.read(DOMAIN_FOLDER, path) for path in domain_files.paths(DOMAIN_FOLDER)]
    return {"responses": domain_files.domain_of(files)["responses"], "slots": {}, "forms": {}}


def said(response: dict[str, Any]) -> str:
    """One response of an action as words that hold all its values."""
    card = [f"card {response['last4']}"] if "last4" in response else []
    values = [str(response[name]) for name in ("account", "amount", "day", "carrier") if name in response]
    return " ".join([str(response.get("response") or response.get("text") or ""), *values, *card])


@dataclass
class RealActions:
    """Runs actions as the action server does."""

    bank: Bank
    domain: dict[str, Any] = field(default_factory=domain)
    executor: ActionExecutor = field(init=False)

    def __post_init__(self) -> None:
        self.executor = executor_for(all_actions(bank_skills(self.bank, Names(NoPeople()))), LEVELS)

    async def run(
        self, action: str, metadata: dict[str, Any], slots: dict[str, Any], events: list[dict[str, Any]], text: str = ""
    ) -> dict[str, Any]:
        latest = {"text": text, "intent": {"name": "inform", "confidence": 0.5}, "entities": [], "metadata": metadata}
        state = {"sender_id": "c", "slots": slots, "latest_message": latest, "events": events, "paused": False}
        tracker = {**state, "followup_action": None, "active_loop": {}, "latest_action_name": None}
        call = {"next_action": action, "sender_id": "c", "tracker": tracker, "domain": self.domain}
        answer: dict[str, Any] = await self.executor.run(call)
        return answer

    def raised(self) -> set[str]:
        """The customers whose limit was raised."""
        with Session(self.bank._engine) as session:
            return set(session.scalars(select(RaisedLimit.customer_id)))


@dataclass
class RealBank:
    """``bot.ports.Dialogue.turn`` for a ``FakeAssistant``: its trackers, the real actions."""

    actions: RealActions
    trackers: dict[str, list[dict[str, Any]]]
    slots: defaultdict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))

    async def turn(
        self,
        conversation_id: str,
        channel: ChannelName,
        message_id: str,
        *,
        text: str | None = None,
        payload: str | None = None,
        metadata: dict[str, Any],
        timeout: float,
    ) -> DialogueTurn:
        words = text or payload or ""
        tracker = self.trackers.setdefault(conversation_id, [])
        user = {"event": "user", "timestamp": 1.0, "text": words, "message_id": message_id, "metadata": metadata}
        tracker.append({**user, "parse_data": {"intent": {"name": "inform"}}})
        if number := re.fullmatch(r"prove (\+\d+)", words):
            return self._says(tracker, [{"text": "a code is on its way"}], (SendCode(number[1]),))
        if words not in WISHES:
            return self._says(tracker, [{"text": f"code {metadata['code']}"}])
        filled = self._filled(conversation_id)
        answer = await self.actions.run(WISHES[words], metadata, filled, [dict(event) for event in tracker], words)
        for event in answer["events"]:
            if event.get("event") == "slot":
                tracker.append(event)
        return self._says(tracker, answer["responses"])

    def _filled(self, conversation_id: str) -> dict[str, Any]:
        return {e["name"]: e["value"] for e in self.trackers[conversation_id] if e.get("event") == "slot"}

    @staticmethod
    def _says(
        tracker: list[dict[str, Any]], responses: list[dict[str, Any]], directives: tuple[SendCode, ...] = ()
    ) -> DialogueTurn:
        texts = [(said(one), one.get("response")) for one in responses if not one.get("custom")]
        for words, name in texts:
            tracker.append({"event": "bot", "timestamp": 1.0, "text": words, "data": {}, "metadata": {"utter_action": name}})
        return DialogueTurn(tuple(Reply(words) for words, _ in texts), directives)


def of_whom(text: str, known: dict[str, set[str]]) -> Iterator[tuple[str, set[str]]]:
    """The facts that a text tells, and whose they are."""
    return ((fact, owners) for fact, owners in known.items() if re.search(rf"(?<![\d,.]){re.escape(fact)}(?![\d,.])", text))
