"""``make chat``: the same assistant in a terminal, through the real Rasa and its actions, for people who design dialogues.

There is no gateway here: what an action asks of it (a handoff, a code by SMS) is shown in brackets.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from gateway.settings.env_file import read_values
from gateway.settings.kinds import ConfigError
from launch.install.environment import Plan, home_of, plan
from launch.install.installation import Installation, StartError
from launch.processes.parts import assistant
from launch.processes.supervisor import PartFailed, Supervisor
from launch.published import Shelf
from launch.training import ready_model, trainer

ROOT = Path(__file__).parent.parent
GREETING = {"voice": "/call_started"}
"""What the gateway says by itself when a conversation begins, by channel (docs/contracts.md)."""

HELP = "Type what a customer would say, a number to choose an option, or an empty line to leave."


@dataclass
class Chat:
    """One conversation at the terminal. ``post`` sends a body of docs/contracts.md and gives Rasa's answer."""

    channel: str
    proof: str
    tel: str | None
    post: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
    conversation: str = field(default_factory=lambda: "chat_" + secrets.token_hex(8))
    options: tuple[str, ...] = ()

    async def greet(self) -> list[str]:
        """What the assistant says before the customer does, if anything."""
        payload = GREETING.get(self.channel)
        return await self._turn({"payload": payload}) if payload else []

    async def say(self, line: str) -> list[str]:
        """One turn; the lines to show."""
        choice = int(line) if line.isascii() and line.isdigit() and len(line) < 3 else 0
        if 1 <= choice <= len(self.options):
            return await self._turn({"payload": self.options[choice - 1]})
        return await self._turn({"text": line})

    async def _turn(self, said: Mapping[str, Any]) -> list[str]:
        metadata = {"channel": self.channel, "proof": self.proof, "tel": self.tel, "contact": "chat", "code": "none"}
        sent = {"conversation": self.conversation, "message_id": f"chat:{secrets.token_hex(8)}", "metadata": metadata}
        answer = await self.post(sent | dict(said))
        messages = answer.get("messages", [])
        options = [button for message in messages for button in message.get("buttons", [])]
        self.options = tuple(str(button["payload"]) for button in options)
        return list(shown(messages)) + [f"[the action {name} failed]" for name in answer.get("failed_actions", [])]


def shown(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The lines for a turn's messages: words, numbered options, and directives in brackets."""
    number = 0
    for message in messages:
        if message.get("text"):
            yield str(message["text"])
        if message.get("image"):
            yield f"[picture: {message['image']}]"
        for button in message.get("buttons", []):
            number += 1
            yield f"  {number}. {button['title']}"
        directive = message.get("custom", {}).get("onethread")
        if directive:
            details = ", ".join(f"{key}: {value}" for key, value in directive.items() if key != "do" and value)
            yield f"[{directive.get('do')}{' - ' + details if details else ''}]"


async def converse(planned: Plan, arguments: argparse.Namespace) -> None:
    """Read lines and show answers until an empty line or the end of the input."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {planned.settings.rasa_token}"}) as http:

        async def post(body: dict[str, Any]) -> dict[str, Any]:
            url = f"{planned.settings.rasa_url}/webhooks/{arguments.channel}/webhook"
            async with http.post(url, json=body) as answer:
                if answer.status != 200:
                    return {"messages": [{"text": f"[Rasa answered {answer.status}]"}]}
                return dict(await answer.json())

        chat = Chat(arguments.channel, arguments.proof, arguments.tel, post)
        print(f"\n{HELP}\n" + "\n".join(await chat.greet()))
        while line := await asyncio.to_thread(read_line):
            print("\n".join(await chat.say(line)), flush=True)


def read_line() -> str:
    """The next line of the person; empty at the end."""
    try:
        return input("> ").strip()
    except EOFError:
        return ""


async def run(place: Installation, planned: Plan, arguments: argparse.Namespace) -> None:
    """Start what Rasa needs with a store of its own, talk, and stop all. Raises StartError and PartFailed."""
    with tempfile.TemporaryDirectory(prefix="onethread-chat-") as folder:
        scratch = Installation.open(Path(folder))
        served = None
        if planned.rasa_port:
            served = Shelf(scratch).publish(await ready_model(trainer(ROOT, place.logs, diet=False), os.environ, print))
        parts = assistant(planned, scratch, os.environ, served)
        supervisor = Supervisor(parts, ROOT, scratch.logs, lambda line: print(line, file=sys.stderr))
        try:
            await supervisor.start()
            await converse(planned, arguments)
        finally:
            await supervisor.stop()


def main() -> int:
    """Exit code 0, or 1 with a sentence when it could not start."""
    parser = argparse.ArgumentParser(prog="python -m launch.chat", description="Talk to the assistant in a terminal.")
    parser.add_argument("--channel", choices=["web", "sms", "messenger", "voice"], default="web")
    parser.add_argument("--proof", choices=["claimed", "possessed", "proven"], default="claimed", help="of the customer's number")
    parser.add_argument("--tel", help="the customer's number in E.164 (docs/sample-bank.md)")
    arguments = parser.parse_args()
    try:
        values = read_values(ROOT / ".env", os.environ)
        place = Installation.open(home_of(values, ROOT))
        asyncio.run(run(place, plan(values | {"REDIS_URL": ""}, place), arguments))
        return 0
    except PartFailed as error:
        print(error, *(f"    {line}" for line in error.lines), sep="\n", file=sys.stderr)
    except (ConfigError, StartError, aiohttp.ClientError) as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
