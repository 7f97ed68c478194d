"""Which model an installation serves: one file of its own, named in a record; no training ever touches either.

``models/`` is the designers' workbench: trainings come and go there, and the newest may be a draft. A model is live when it was
published: linked (or copied, from another disk) into the installation's own folder. Rasa is started, and started again after
it died, on exactly that file.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

from launch.install.installation import Installation, StartError, write_private
from launch.processes.parts import Served

SUFFIX = ".tar.gz"


class Shelf:
    """The published model of ``place``."""

    def __init__(self, place: Installation) -> None:
        self._place = place

    def publish(self, served: Served) -> Served:
        """From the next start on this is what Rasa serves; gives it as it lies in the installation."""
        own = self._place.models / f"{served.model.name.removesuffix(SUFFIX)}-{_digest(served.model)}{SUFFIX}"
        if not own.exists():
            _link(served.model, own)
        write_private(self._place.published, {"model": own.name, "python": str(served.python)})
        return Served(own, served.python)

    def named(self) -> Served | None:
        """What was published; None when nothing was yet. Raises StartError when it is not there any more."""
        record = self._place.published
        if not record.exists():
            return None
        try:
            found = json.loads(record.read_text())
            named = Served(self._place.models / str(found["model"]), Path(found["python"]))
        except (ValueError, KeyError, TypeError):
            raise StartError(f"{record} is damaged: `make publish` writes it anew from the data as it is now.") from None
        for path in (named.model, named.python):
            if not path.exists():
                raise StartError(
                    f"The published model needs {path}, which is gone: `make publish` publishes the data as it is now."
                )
        return named

    def tidy(self) -> None:
        """Delete what was published earlier; only while no Rasa of this installation runs."""
        named = self.named()
        for model in self._place.models.glob(f"*{SUFFIX}"):
            if named is None or model != named.model:
                model.unlink()


def in_use(model: Path) -> bool:
    """Whether an installation serves this file: it has a second name there."""
    return model.stat().st_nlink > 1


def _digest(model: Path) -> str:
    """Two trainings of the same data are two files."""
    with model.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:8]


def _link(model: Path, own: Path) -> None:
    """A second name of the same file, or a whole copy where that cannot be."""
    half = own.with_name(own.name + ".half")
    with suppress(FileNotFoundError):
        half.unlink()
    try:
        os.link(model, half)
    except OSError:
        shutil.copyfile(model, half)
    half.replace(own)
