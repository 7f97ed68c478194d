"""What colleagues have to deal with is listed until it is closed; records that are older than a column get it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from actions import open_cases
from actions.bank import Bank, engine_for
from actions.notes import take
from actions.records import appointments as booked
from actions.records import money
from actions.records.service_tables import Appointment
from bot.model import Proof
from tests.talking.fixtures import TODAY


def test_cases_are_listed_and_closed(bank: Bank, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    take(bank, "complaint", "A complaint\nThe teller was rude", "+12125550102", "web", Proof.POSSESSED)
    take(bank, "address", "31 Mariner Road", None, "voice")
    assert bank.work(lambda session, today: money.dispute(session, "dora-p2", today))
    monkeypatch.setattr(open_cases, "Bank", lambda _: bank)
    assert open_cases.main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "20001  complaint of 2026-11-23, answer by 2026-12-01, +12125550102 (confirmed), web: A complaint / The teller was rude",
        "20002  address of 2026-11-23, no number, voice: 31 Mariner Road",
        "dora-p2  dispute of 2026-11-23, decide by 2026-12-08, Dora Nielsen, +16175550104: "
        "$240.00 Blue Finch Outfitters on 2026-11-19",
    ]
    assert open_cases.main(["done", "20001"]) == 0 and open_cases.main(["done", "20001"]) == 1
    assert open_cases.main(["done", "dora-p2"]) == 0 and open_cases.main(["done", "dora-p2"]) == 1
    assert open_cases.main(["done", "nothing"]) == 1
    capsys.readouterr()
    assert open_cases.main([]) == 0
    assert capsys.readouterr().out.splitlines() == ["20002  address of 2026-11-23, no number, voice: 31 Mariner Road"]


def test_a_late_answer_is_shown_as_late(bank: Bank, tmp_path: Path) -> None:
    take(bank, "complaint", "The teller was rude", None, "web")
    later = Bank(engine_for(f"sqlite:///{tmp_path}/bank.db"), lambda: TODAY.replace(month=12, day=2))
    assert "answer by 2026-12-01 (late)" in next(iter(open_cases.lines(later)))


def test_records_from_before_a_column_are_kept_and_get_it(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path}/old.db")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY, kind, words, phone, channel, day)"))
        connection.execute(text("INSERT INTO notes VALUES (7, 'complaint', 'old words', NULL, 'web', '2026-11-20')"))
    for _ in range(2):  # the second start finds nothing missing
        old = Bank(engine, lambda: TODAY)
        assert [line.partition(" ")[0] for line in open_cases.lines(old)] == ["20007"]
    wanted = Appointment(customer_id="ben", branch_id="tribeca", day=TODAY.replace(day=24), hour=10)
    made = old.work(lambda session, today: booked.take(session, wanted, today))
    assert made is not None and len(made.uid) == 32 and made.moves == 0
    engine.dispose()
