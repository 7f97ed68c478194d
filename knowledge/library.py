"""All articles with their index: what the assistant and the help pages ask."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from bot.model import Proof
from bot.model.answers import Answer
from knowledge.article import Article
from knowledge.elsewhere import read_elsewhere
from knowledge.reading import FOLDER, read_all

if TYPE_CHECKING:  # a gateway whose help pages nobody searches does not load numpy and scipy for them
    from knowledge.search.index import Hit, Index
    from knowledge.search.meaning import Encode

MODELS = Path("models")
DEFAULT = "en"
LONGEST_QUESTION = 500
"""Characters; what comes after them is not looked at."""

Today = Callable[[], date]
Model = Callable[[], "Encode | None"]
log = logging.getLogger(__name__)


def no_model() -> Encode | None:
    """Words alone."""
    return None


class Library:
    """The articles of all languages. Safe to share between threads."""

    def __init__(
        self,
        articles: Sequence[Article],
        elsewhere: Sequence[str] = (),
        model: Model = no_model,
        *,
        folder: Path = MODELS,
        today: Today = date.today,
        pages: str = "",
    ) -> None:
        """``model`` gives the encoder, if there is one, when it is first needed; ``folder``: where vectors are kept;
        ``pages``: the address of the help pages, if there are any."""
        self._articles = tuple(articles)
        self._today = today
        self._pages = pages.rstrip("/")
        self._elsewhere, self._model, self._folder = tuple(elsewhere), model, folder
        self._indexes: dict[str, Index] = {}
        self._building = Lock()

    @classmethod
    def open(cls, folder: Path = FOLDER, models: Path = MODELS, pages: str = "") -> Library:
        """The articles below ``folder``, by meaning too where the sentence model is installed. Raises ArticleError."""
        articles = read_all(folder)
        return cls(articles, read_elsewhere(folder), sentence_model, folder=models, pages=pages)

    def warm(self) -> Library:
        """Make the index now, and not with the first question."""
        from knowledge.search.index import Index  # here: see above

        with self._building:
            if not self._indexes and self._articles:
                encode = self._model()
                languages = {one.front.language for one in self._articles}
                # the model knows English: of texts in another language it finds each near to every other
                by = {name: encode if name == DEFAULT else None for name in languages}
                made = {name: Index(self.written_in(name), self._elsewhere, by[name], self._folder) for name in languages}
                self._indexes = made
        return self

    def written_in(self, language: str) -> list[Article]:
        """Every article of that language, also those that do not hold now."""
        return [one for one in self._articles if one.front.language == language]

    def any(self) -> bool:
        """Whether there is an article at all."""
        return bool(self._articles)

    def current(self, language: str = DEFAULT) -> list[Article]:
        """Those that hold today and that anybody may read."""
        return [one for one in self.written_in(language) if one.public and one.holds(self._today())]

    def article(self, slug: str, language: str = DEFAULT) -> Article | None:
        """By the name of its page, if it holds today and anybody may read it."""
        return next((one for one in self.current(language) if one.slug == slug), None)

    def search(self, question: str, language: str = DEFAULT, proof: Proof = Proof.CLAIMED) -> list[Hit]:
        """What holds today and ``proof`` may know, the best first; nothing for an empty question."""
        index = self.warm()._indexes.get(language)
        words = question.strip()[:LONGEST_QUESTION]
        if index is None or not words:
            return []
        return [hit for hit in index.search(words) if hit.article.front.level <= proof and hit.article.holds(self._today())]

    def answer(self, question: str, proof: Proof = Proof.CLAIMED, language: str = DEFAULT) -> Answer | None:
        """What the best article says in short; None when none answers (``bot.ports.knowledge.Knowledge``)."""
        hit = next(iter(self.search(question, language, proof)), None)
        return told(hit.article, self._pages) if hit and hit.answers else None

    def about(self, intent: str, question: str, proof: Proof = Proof.CLAIMED, language: str = DEFAULT) -> Answer | None:
        """What an article says that names this intent, the best for the question; None when there is none
        (``bot.ports.knowledge.Knowledge``)."""
        naming = [one for one in self.written_in(language) if intent in one.front.intents]
        telling = [one for one in naming if one.front.level <= proof and one.holds(self._today())]
        if len(telling) > 1:
            telling = [hit.article for hit in self.search(question, language, proof) if hit.article in telling] or telling
        return told(telling[0], self._pages) if telling else None


def told(article: Article, pages: str) -> Answer:
    """The part of an article that the assistant says. ``pages``: the address of the help pages, or nothing."""
    front = article.front
    picture = front.picture if pages and article.public else None
    below = pages if front.language == DEFAULT else f"{pages}/{front.language}"
    return Answer(
        slug=article.slug,
        title=front.title,
        sms=front.short.sms,
        voice=front.short.voice,
        web=front.short.web,
        next_intent=front.next.intent,
        next_title=front.next.title,
        page=f"{below}/{article.slug}" if pages and article.public else "",
        picture=f"{pages}/{picture.file}" if picture else "",
        picture_alt=picture.alt if picture else "",
        text=article.body,
    )


def sentence_model() -> Encode | None:
    """The encoder, or None where it is not installed: articles are then found by words alone."""
    # here: a gateway whose help pages nobody searches does not load the model's runtime
    from bot.sentence_vectors.encoder import Encoder
    from bot.sentence_vectors.weights import VectorsMissing

    try:
        return Encoder().encode
    except VectorsMissing:
        log.warning("the sentence model is not installed: articles are found by their words alone")
        return None
