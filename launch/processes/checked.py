"""The assistant's files are checked before they are trained from or served: Rasa passes over much that is wrong, and trains
without it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from launch.install.installation import StartError

HERE = Path(__file__).parents[2]
AFTER = "There is no new model, nothing was started, and what is live stays as it is."


def check_assistant(root: Path, say: Callable[[str], None]) -> None:
    """``make check`` of the files below ``root``; warnings are said. Raises StartError with all of it when there is an error."""
    done = subprocess.run(
        [sys.executable, "-m", "check", "--root", str(root)], cwd=HERE, capture_output=True, text=True, check=False
    )
    told = done.stdout.strip()
    if done.returncode != 0:
        raise StartError(f"{told or done.stderr.strip()}\n{AFTER}")
    if len(told.splitlines()) > 1:
        say(told)
