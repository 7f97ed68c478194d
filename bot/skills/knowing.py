"""What no skill does may stand in an article: its short form is said, with where it is from, and what may be done next."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from bot.languages.current import BASE
from bot.model import ChannelName
from bot.model.answers import Answer
from bot.ports.knowledge import Knowledge
from bot.ports.language_model import LanguageModel
from bot.skills import context
from bot.skills.model_use import noted

ARTICLE = "article"
"""The slot with the page that answered last."""

WITH_PAGES = frozenset({ChannelName.WEB, ChannelName.MESSENGER})
READ_ON = "Read the whole page"


async def known(
    dispatcher: CollectingDispatcher, tracker: Tracker, knowledge: Knowledge, model: LanguageModel
) -> list[EventType] | None:
    """Say what an article answers to the latest message, in the model's words where there is one and they say nothing else; None,
    and nothing said, when no article does, or the one that was told just now.

    In a form it is an answer by the way: the form's question comes again by itself, so nothing else is asked.
    """
    words = context.said(tracker)
    if not words or (tracker.active_loop_name and context.fails_to_answer(tracker)):
        return None
    answer = await asyncio.to_thread(knowledge.answer, words, context.sender(tracker).proof, _language(tracker))
    return None if answer is None or _was_told(tracker, answer) else await _told(dispatcher, tracker, answer, model)


async def known_of(
    dispatcher: CollectingDispatcher, tracker: Tracker, knowledge: Knowledge, model: LanguageModel
) -> list[EventType] | None:
    """Say what the articles answer that name the latest message's intent; None, and nothing said, when there are none. In a form
    as ``known``."""
    intent, words = context.intent(tracker), context.words(tracker)
    answer = await asyncio.to_thread(knowledge.about, intent, words, context.sender(tracker).proof, _language(tracker))
    if answer is not None and _was_told(tracker, answer):
        if words != context.said(tracker):  # it answers both wishes of one message
            return []
        dispatcher.utter_message(response="utter_article_did_not_help")
        return [SlotSet("offered", "person")]
    return None if answer is None else await _told(dispatcher, tracker, answer, model)


def _was_told(tracker: Tracker, answer: Answer) -> bool:
    """Whether the answer before was the same: who goes on asking was not helped by it. An open question is asked again anyway."""
    asked = tracker.active_loop_name is not None or context.open_question(tracker) is not None
    return not asked and context.fresh(tracker, ARTICLE) == answer.title


async def _told(dispatcher: CollectingDispatcher, tracker: Tracker, answer: Answer, model: LanguageModel) -> list[EventType]:
    sender, words = context.sender(tracker), context.said(tracker)
    text = answer.short(sender.channel)
    if words and not context.language(tracker):  # what a model says is checked in English alone
        worded = await model.rephrase(words, answer, sender.channel)
        noted(dispatcher, worded)
        text = worded.text or text
    question = context.open_question(tracker)
    if question or tracker.active_loop_name or tracker.get_slot("also"):  # a question, or another wish, comes next
        dispatcher.utter_message(response="utter_article_in_form", answer=text, title=answer.title)
        return [SlotSet(ARTICLE, answer.title), *_asked_again(dispatcher, tracker, question)]
    options = [{"title": answer.next_title, "payload": f"/{answer.next_intent}"}]
    more: Any = _more(answer, sender.channel) or None
    dispatcher.utter_message(response="utter_article", answer=text, title=answer.title, buttons=options, json_message=more)
    return [SlotSet(ARTICLE, answer.title), SlotSet("offered", context.HELPED)]


def _asked_again(dispatcher: CollectingDispatcher, tracker: Tracker, question: dict[str, Any] | None) -> list[EventType]:
    if question is None:
        return []
    context.say_again(dispatcher, question)
    return [SlotSet("offered", context.fresh_offer(tracker))]


def _language(tracker: Tracker) -> str:
    return context.language(tracker) or BASE


def _more(answer: Answer, channel: ChannelName | None) -> dict[str, Any]:
    """The page, where one can go there; its picture, where it is shown as it is (Messenger takes no drawing)."""
    if channel not in WITH_PAGES or not answer.page:
        return {}
    picture = [{"url": answer.picture, "title": answer.picture_alt}] if answer.picture and channel is ChannelName.WEB else []
    return {"links": [{"title": READ_ON, "url": answer.page}], "images": picture}
