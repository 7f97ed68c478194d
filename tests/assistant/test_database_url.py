"""A DATABASE_URL that names no database stops the action server with a sentence, and tells no password."""

from __future__ import annotations

import pytest

from actions.__main__ import main


@pytest.mark.parametrize(
    "url", ["junk", "oracle://u:hidden@h/x", "mysql://u:hidden@h/x", "postgresql+psycopg://u:hidden@h:port/x"]
)
def test_it_is_named(url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ACTION_TOKEN", "a" * 32)
    monkeypatch.setenv("DATABASE_URL", url)
    assert main() == 2
    said = capsys.readouterr().err
    assert said.startswith("DATABASE_URL cannot be used (")
    assert "hidden" not in said and "Traceback" not in said
