"""That a language model was asked: the gateway, which keeps what happens, is told without any words."""

from __future__ import annotations

from dataclasses import asdict

from rasa_sdk.executor import CollectingDispatcher

from bot.directives import ModelUsed
from bot.ports.language_model import Worded
from bot.skills import context


def noted(dispatcher: CollectingDispatcher, worded: Worded) -> None:
    """Nothing, where nobody was asked."""
    if worded.use:
        context.direct(dispatcher, ModelUsed(**asdict(worded.use)))
