"""A scripted customer who talks with the real assistant: Rasa's Agent, our actions in the same process, a real database.

What the gateway adds to a message (channel, proof, number, the fate of a code) is given per message.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from rasa.core.actions.action import ActionExecutionRejection
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection as SdkRejection

from bot.directives import Directive, from_json
from bot.languages.current import speaking
from bot.rasa_side.understanding import Understanding
from tests.talking.training import ROOT

UNDERSTANDING = Understanding.from_domain(ROOT / "domain")
SPANISH = Understanding.from_domain(ROOT / "domain", "es")


class InProcess(EndpointConfig):  # type: ignore[misc]  # Rasa has no types
    """Runs actions without HTTP; ``executor`` may be exchanged. What an action returns must go through JSON."""

    def __init__(self) -> None:
        super().__init__("http://actions.invalid/webhook")
        self.executor = ActionExecutor()

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """What rasa_sdk's server would answer."""
        try:
            return json.loads(json.dumps(await self.executor.run(json.loads(json.dumps(kwargs["json"])))))
        except SdkRejection as rejection:
            raise ActionExecutionRejection(rejection.action_name, rejection.message) from rejection


def named(channel: str) -> CollectingOutputChannel:
    """An output channel of that name, so that its response variations are used."""
    kind = type("Output", (CollectingOutputChannel,), {"name": classmethod(lambda cls: channel)})
    output: CollectingOutputChannel = kind()
    return output


@dataclass
class Answer:
    """One turn's answer: texts, options (titles and payloads) and directives, in order."""

    texts: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    directives: list[Directive] = field(default_factory=list)

    def __contains__(self, words: str) -> bool:
        return words in " ".join(self.texts)

    def __str__(self) -> str:
        return " / ".join(self.texts)


class Talk:
    """One conversation. ``channel``, ``tel``, ``proof`` and ``language`` are what the gateway says until they are changed."""

    def __init__(
        self,
        agent: Agent,
        conversation: str,
        channel: str = "web",
        tel: str | None = None,
        proof: str = "claimed",
        understanding: Understanding = UNDERSTANDING,
    ) -> None:
        self._understanding = understanding
        self._agent = agent
        self.conversation = conversation
        self.channel = channel
        self.tel = tel
        self.proof = proof
        self.language = ""
        self._number = 0

    async def says(self, words: str, code: str = "none", pin: str = "none", **more: str) -> Answer:
        """The customer's words, or a payload of our own (``/intent{...}``)."""
        with speaking(self.language):
            understanding = SPANISH if self.language == "es" else self._understanding
            understood = None if words.startswith("/") else await understanding.parse(self._agent, words, self.conversation)
        return await self._told(words, understood, code=code, pin=pin, **more)

    async def _told(
        self, words: str, understood: dict[str, Any] | None, code: str = "none", pin: str = "none", **more: str
    ) -> Answer:
        self._number += 1
        metadata = {"channel": self.channel, "proof": self.proof, "tel": self.tel, "contact": "p_1", "code": code, "pin": pin}
        metadata |= more | ({"language": self.language} if self.language else {})
        output = named(self.channel)
        message = UserMessage(
            words,
            output,
            self.conversation,
            parse_data=understood,
            input_channel=self.channel,
            message_id=str(self._number),
            metadata=metadata,
        )
        await self._agent.handle_message(message)
        return _read(output.messages)

    async def words(self, words: str) -> Answer:
        """The customer's words, whatever they begin with: a "/" is none of ours."""
        return await self._told(words, await self._understanding.parse(self._agent, words, self.conversation))

    async def calls(self) -> Answer:
        """The customer phones: a new call is a mere claim, whatever was proved elsewhere."""
        self.channel, self.proof = "voice", "claimed"
        return await self.says("/call_started")

    async def proves(self, tel: str, digits: str = "482913") -> Answer:
        """The right code comes back: from now on the sender holds that number."""
        self.tel, self.proof = tel, "possessed"
        return await self.says(digits, code="accepted")

    async def slots(self) -> dict[str, Any]:
        """The tracker's filled slots."""
        tracker = await self._agent.tracker_store.retrieve(self.conversation)
        return {name: slot.value for name, slot in tracker.slots.items() if slot.value is not None}

    async def form(self) -> str | None:
        """The open form."""
        tracker = await self._agent.tracker_store.retrieve(self.conversation)
        name: str | None = tracker.active_loop_name
        return name


def _read(messages: list[dict[str, Any]]) -> Answer:
    answer = Answer()
    for message in messages:
        if message.get("text"):
            answer.texts.append(message["text"])
        for button in message.get("buttons") or []:
            answer.options[button["title"]] = button["payload"]
        if (directive := from_json(message.get("custom"))) is not None:
            answer.directives.append(directive)
    assert not any(re.search(r"[{}]", text) for text in answer.texts), f"a placeholder was left open: {answer.texts}"
    return answer
