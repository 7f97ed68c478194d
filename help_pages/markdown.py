"""An article's Markdown to HTML: links to other articles and pictures become addresses below ``/help``."""

from __future__ import annotations

from pathlib import PurePosixPath

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = set("p br strong em code a img ul ol li h2 h3 h4 table thead tbody tr th td blockquote hr div pre".split())
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "div": {"class", "role", "tabindex", "aria-label"}}
SCROLLING = '<div class="table" role="region" tabindex="0" aria-label="Table">'
"""A wide table is moved sideways within its own box, also from the keyboard."""

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def html(body: str) -> str:
    """Clean HTML; whatever an author wrote, no script, style or foreign tag is in it."""
    tokens = _MARKDOWN.parse(body)
    for token in tokens:
        for one in token.children or ():
            _lead(one)
    made = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    made = made.replace("<table>", f"{SCROLLING}<table>").replace("</table>", "</table></div>")
    return nh3.clean(made, tags=TAGS, attributes=ATTRIBUTES, link_rel="noopener", url_schemes={"https", "tel", "mailto"})


def _lead(token: Token) -> None:
    for name in ("href", "src"):
        address = token.attrGet(name)
        if isinstance(address, str) and "://" not in address and ":" not in address:
            token.attrSet(name, _address(address))


def _address(file: str) -> str:
    path = PurePosixPath(file)
    return f"/help/{path.stem}" if path.suffix == ".md" else f"/help/{path}"
