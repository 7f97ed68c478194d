"""What the carriers say of a caller id: it can take the thread away, and never gives anything."""

from __future__ import annotations

import pytest

from voice.attestation import believed


@pytest.mark.parametrize(
    ("verstat", "least", "yes"),
    [
        ("", "OFF", True),
        ("TN-Validation-Passed-C", "OFF", True),
        ("No-TN-Validation", "OFF", True),
        ("TN-Validation-Failed-A", "OFF", False),
        ("TN-Validation-Failed", "OFF", False),
        ("No-TN-Validation-Failed", "OFF", False),
        ("", "C", False),
        ("No-TN-Validation", "C", False),
        ("TN-Validation-Passed-A", "A", True),
        ("TN-Validation-Passed-A-Passthrough", "A", True),
        ("TN-Validation-Passed-B", "A", False),
        ("TN-Validation-Passed-B", "B", True),
        ("TN-Validation-Passed-C", "C", True),
        ("TN-Validation-Passed-", "C", False),
        ("TN-Validation-Passed-D", "C", False),
        ("Passed-A", "A", False),
    ],
)
def test_what_is_believed(verstat: str, least: str, yes: bool) -> None:
    assert believed(verstat, least) is yes
