"""An article: what stands in its front matter, and its text in Markdown."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.model import Proof

ADDRESS = r"^https://\S+$"
LANGUAGE = r"^[a-z]{2}$"

UNWRITTEN, AMENDS = "TO BE WRITTEN", "Amends:"
"""In a draft: what stands where its author has to write something, and how its text begins that belongs into another article."""


class Part(BaseModel):
    """Frozen; a key that nobody reads is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


Text = Annotated[str, Field(min_length=1)]


class Short(Part):
    """The answer in short, for each kind of channel: ``voice`` is heard, ``sms`` paid by the part, ``web`` for both chats."""

    sms: Text
    voice: Text
    web: Text


class NextStep(Part):
    """What may be done about it: an intent of the assistant (``speak_to_person`` for a person), and the title of the option."""

    intent: Text
    title: Text


class Picture(Part):
    """A file beside the article, and what it shows, for those who do not see it."""

    file: Text
    alt: Text


class Valid(Part):
    """The days on which the article holds, both included; None: no limit."""

    since: date | None = Field(None, alias="from")
    until: date | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError("from must not be after to")
        return self

    def holds(self, day: date) -> bool:
        """Whether the article is said on that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


def _level(value: object) -> object:
    labels = {proof.label: proof for proof in Proof}
    if value not in labels:
        raise ValueError(f"the levels are {', '.join(labels)}")
    return labels[str(value)]


class FrontMatter(Part):
    """What stands between the two lines of dashes."""

    title: Text
    about: Text
    questions: tuple[Text, ...] = Field(min_length=1)
    short: Short
    next: NextStep
    owner: Text
    review: date
    language: Annotated[str, Field(pattern=LANGUAGE)] = "en"
    level: Annotated[Proof, BeforeValidator(_level)] = Field("claimed", validate_default=True)
    intents: tuple[Text, ...] = ()
    valid: Valid = Valid.model_validate({})
    picture: Picture | None = None
    video: Annotated[str, Field(pattern=ADDRESS)] | None = None


class Article(Part):
    """``slug``: the file's name, the end of the page's address. ``body``: Markdown. ``path``: from the articles' folder."""

    slug: str
    path: str
    front: FrontMatter
    body: str

    def holds(self, day: date) -> bool:
        """Whether it is said on that day."""
        return self.front.valid.holds(day)

    @property
    def public(self) -> bool:
        """Whether anybody may read it; what needs a proof has no page."""
        return self.front.level is Proof.CLAIMED
