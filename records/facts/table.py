"""The table of facts in ``docs/records.md``: made from the register, so that the page cannot say anything else."""

from __future__ import annotations

from records.facts.kinds import KINDS, KindOfFact

BEGIN, END = "<!-- facts: made by `python -m records facts` -->", "<!-- end of facts -->"


def table() -> str:
    """Markdown: each kind with its version, class of retention, fields (personal ones in bold) and meaning."""
    head = ["| fact | version | kept as | fields | what happened |", "|---|---|---|---|---|"]
    return "\n".join([*head, *map(_row, KINDS.values())])


def brought_in(page: str) -> str:
    """The page with the table between its marks. ValueError when a mark is missing."""
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError("the marks of the table of facts are missing")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def _row(kind: KindOfFact) -> str:
    fields = ", ".join(f"**{name}**" if name in kind.personal else name for name in kind.fields)
    description = kind.description.replace("``", "`").replace("|", "\\|")
    return f"| `{kind.name}` | {kind.version} | {kind.retention.value} | {fields} | {description} |"
