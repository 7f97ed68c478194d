"""An article's Markdown to HTML: links to other articles and pictures become addresses below ``/help``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import PurePosixPath

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = set("p br strong em code a img ul ol li h2 h3 h4 table thead tbody tr th td blockquote hr div pre".split())
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "div": {"class", "role", "tabindex", "aria-label"}}
SCROLLING = '<div class="table" role="region" tabindex="0" aria-label="{}"><table>'
"""A wide table is moved sideways within its own box, also from the keyboard; its name tells it from others of the page."""

NO_HEAD = re.compile(r"<thead>\s*<tr>\s*(?:<td></td>\s*)+</tr>\s*</thead>\s*")
"""Markdown wants a head over each table, also over one that needs none."""

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def html(body: str, root: str = "/help", table: str = "Table") -> str:
    """Clean HTML; whatever an author wrote, no script, style or foreign tag is in it. ``root``: where the pages of its language
    begin; ``table``: what a table is called in it."""
    tokens = _MARKDOWN.parse(body)
    for token in tokens:
        for one in token.children or ():
            _lead(one, root)
    made = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    made = NO_HEAD.sub("", made.replace("<th></th>", "<td></td>"))  # a heading without words is read out as one all the same
    names = _names(tokens, table)
    made = re.sub("<table>", lambda _: SCROLLING.format(escape(next(names))), made).replace("</table>", "</table></div>")
    return nh3.clean(made, tags=TAGS, attributes=ATTRIBUTES, link_rel="noopener", url_schemes={"https", "tel", "mailto"})


def _names(tokens: list[Token], table: str) -> Iterator[str]:
    """For each table in order: by the heading above it, and by a number where that is not enough."""
    name, seen = table, Counter[str]()
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            name = f"{table}: {tokens[at + 1].content}"
        elif token.type == "table_open":
            seen[name] += 1
            yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def _lead(token: Token, root: str) -> None:
    for name in ("href", "src"):
        address = token.attrGet(name)
        if isinstance(address, str) and "://" not in address and ":" not in address:
            token.attrSet(name, _address(address, root))


def _address(file: str, root: str) -> str:
    path = PurePosixPath(file)
    return f"{root}/{path.stem}" if path.suffix == ".md" else f"/help/{path}"
