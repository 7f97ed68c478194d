"""A customer's words that begin with "/", which Rasa would read as a command (``/restart``, ``/handoff_closed{...}``).

They are parsed here without their slashes and given to Rasa together with the result, so that Rasa never looks at the
"/", and the transcript shows the words exactly as they were written.
"""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import UserMessage

from bot.languages.current import current

NOTHING = "?"  # what is parsed in place of slashes alone: an empty text has no intent at all


async def parse_words(agent: Any, text: str) -> dict[str, Any]:
    """Rasa's parse data of ``text``, its leading slashes not seen; entity positions refer to ``text``."""
    text = text.strip()
    plain = text.lstrip("/ \t\r\n\u00a0\u2028\u2029").strip() or NOTHING
    data: dict[str, Any] = await agent.processor.parse_message(in_language(plain))
    removed = max(text.rfind(plain), 0)
    data["text"] = text
    for entity in data.get("entities", ()):
        entity.update({key: entity[key] + removed for key in ("start", "end") if isinstance(entity.get(key), int)})
    data.pop("text_tokens", None)  # positions in the shorter text; nothing reads them after parsing
    return data


def in_language(text: str) -> UserMessage:
    """The words as Rasa's pipeline takes them, with the language that the turn is in."""
    language = current()
    return UserMessage(text, metadata={"language": language} if language else None)
