"""What the business knows about one question, in short."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.people import ChannelName


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An article's short form for each channel, and what may be done next. ``next_intent``: of the assistant, with the title
    of the option; ``page`` and ``picture``: addresses, empty where there is none, and what the picture shows; ``text``: the whole
    article, in Markdown."""

    slug: str
    title: str
    sms: str
    voice: str
    web: str
    next_intent: str
    next_title: str
    page: str = ""
    picture: str = ""
    picture_alt: str = ""
    text: str = ""

    def short(self, channel: ChannelName | None) -> str:
        """The form for this channel."""
        if channel is ChannelName.SMS:
            return self.sms
        return self.voice if channel is ChannelName.VOICE else self.web
