"""docs/sample-bank.md says what the seed holds."""

from __future__ import annotations

from actions.registry import FORMS
from actions.said import amount
from actions.seed import BRANCHES, PEOPLE, ZIPS
from bot.domain_files import settings
from tests.talking.training import ROOT


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    section = (ROOT / "docs/sample-bank.md").read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_customers_are_the_seeded_ones() -> None:
    documented: dict[str, list[list[str]]] = {}
    name = ""
    for row in rows("Customers"):
        name = row[0] or name  # a second card has an empty name cell
        documented.setdefault(name, []).append(row)
    assert set(documented) == {person.name for person in PEOPLE}
    for person in PEOPLE:
        lines = documented[person.name]
        first = lines[0]
        assert (first[1], first[2]) == (person.phone, person.pin)
        assert [line[3] for line in lines] == [last4 for last4, _, _ in person.cards]
        sums = [f"{kind} {'-' if cents < 0 else ''}${amount(cents)['amount']}" for kind, cents in person.accounts]
        assert first[5] == ", ".join(sums)
        last4, _, _, days = person.delivery
        assert first[6].startswith(last4)
        assert days == 0 or str(abs(days)) in first[6] or "returned" in first[6]


def test_the_numbers_are_fictional() -> None:
    assert all(person.phone[5:].startswith("55501") for person in PEOPLE)
    assert len({person.phone for person in PEOPLE}) == len(PEOPLE)


def test_the_branches_are_the_seeded_ones() -> None:
    seeded = [[name, f"{street}, {city}", zip_code, week, sat] for _, name, street, city, zip_code, _, _, week, sat in BRANCHES]
    assert rows("Branches") == seeded
    assert f"for {len(ZIPS.splitlines())} zip codes" in (ROOT / "docs/sample-bank.md").read_text()


def test_the_forms_are_those_that_the_designers_wishes_begin() -> None:
    begins: dict[str, str | None] = settings(ROOT / "domain", "_wishes.yml", "wishes")["begins"]
    own = {intent: form for intent, form in begins.items() if form not in (None, "verification_form")}
    assert own == dict(FORMS)
