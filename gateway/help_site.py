"""The public help pages, where there are articles."""

from __future__ import annotations

from bot.languages.declared import Languages
from bot.model import now
from bot.ports import Wording
from gateway.settings.config import Settings
from help_pages.routes import HelpPages, Site
from knowledge.library import Library
from knowledge.reading import FOLDER


def library() -> Library:
    """What the help pages and the desk search. Raises ArticleError for an article that cannot be used; the index is made with the
    first search."""
    return Library.open(FOLDER)


def help_site(settings: Settings, wording: Wording, library: Library, languages: Languages) -> HelpPages | None:
    """Under the name that the business's own sentences have, in each of its languages that has articles; None, where there is
    nothing that anybody may read."""
    twilio = settings.twilio
    if not library.current():
        return None
    site = Site(
        name=wording.say("utter_business_name"),
        public_url=settings.public_url.rstrip("/"),
        voice_number=twilio.voice_number or None if twilio else None,
        sms_number=twilio.sms_number or None if twilio else None,
        languages=languages,
    )
    return HelpPages(library, site, FOLDER, now)
