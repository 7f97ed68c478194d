"""What search engines read: schema.org as JSON-LD (https://developers.google.com/search/docs/appearance/structured-data)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from markupsafe import Markup

from knowledge.article import Article


def script(data: object) -> Markup:
    """As the content of a script element: nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(text)  # noqa: S704 escaped above, as JSON in a script has to be


def question(article: Article) -> dict[str, object]:
    """An article as a question with its answer."""
    return {
        "@type": "Question",
        "name": article.front.title,
        "acceptedAnswer": {"@type": "Answer", "text": article.front.short.web},
    }


def faq(articles: Iterable[Article], language: str = "") -> dict[str, object]:
    """The list; its language, where it is not the business's first."""
    told: dict[str, object] = {"@context": "https://schema.org", "@type": "FAQPage"}
    told |= {"inLanguage": language} if language else {}
    return {**told, "mainEntity": [question(one) for one in articles]}


def page(article: Article, address: str, publisher: str) -> dict[str, object]:
    """One article."""
    return {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": article.front.title,
        "abstract": article.front.short.web,
        "inLanguage": article.front.language,
        "mainEntityOfPage": address,
        "publisher": {"@type": "Organization", "name": publisher},
    }
