"""Signs that stand for words, in any skin tone: one table for messages, Messenger's Like and reactions. Pure."""

from __future__ import annotations

import re
from enum import StrEnum


class Meaning(StrEnum):
    """What a sign says where something was asked."""

    YES = "yes"
    NO = "no"
    THANKS = "thanks"
    HELLO = "hello"
    PUZZLED = "puzzled"
    HELP = "help"


TABLE = {
    Meaning.YES: "👍 ✅ ✔ ☑ 👌 🆗 💯 🙆 🫡",
    Meaning.NO: "👎 ❌ ✖ 🚫 ⛔ 🙅 ❎ 🛑",
    Meaning.THANKS: "🙏 ❤ 🧡 💛 💚 💙 💜 🩷 🤍 🖤 💖 💕 💐 🌹 🤗 😍 🥰 🤝 😘 😊 🙂 😀 😃 😄 😁 🥳 🎉 👏",
    Meaning.HELLO: "👋 🙋",
    Meaning.PUZZLED: "🤷 🤔 ❓ ❔ 😕 🧐",
    Meaning.HELP: "🆘",
}
_MEANS = {sign: meaning for meaning, signs in TABLE.items() for sign in signs.split()}
_DRESS = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f]|\u200d[\u2640\u2642]|\\s|[!.]")
"""Skin tones, the choice of colour, the gendered forms: they change nothing."""


def meaning(text: str) -> Meaning | None:
    """What a message says that is nothing but signs of the table; of several the first counts. None: it is none."""
    bare = _DRESS.sub("", text)
    if not bare or len(bare) > 12 or any(sign not in _MEANS for sign in bare):
        return None
    return _MEANS[bare[0]]
