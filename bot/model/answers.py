"""What the business knows about one question, in short."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An article's short form for each channel, and what may be done next. ``slug``: the end of its page's address, which
    there is when it is ``public``; ``next_intent``: of the assistant, with the title of the option."""

    slug: str
    title: str
    sms: str
    voice: str
    web: str
    next_intent: str
    next_title: str
    public: bool = True
