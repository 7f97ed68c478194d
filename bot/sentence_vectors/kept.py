"""Vectors of examples in a file beside the sentence model, so that a further training computes those of new sentences alone.

The file goes when the model changes. Texts are kept as digests. A folder that cannot be written costs time, and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from bot.sentence_vectors.weights import WIDTH

Array = NDArray[np.float32]
FILE = "examples.npz"
DIGEST = 16
"""Bytes of a text's digest."""

MOST = 40_000
"""Texts that are kept, the last ones: 31 MB."""

Known = dict[bytes, NDArray[np.float16]]


def encoded(texts: Sequence[str], encode: Callable[[Sequence[str]], Array], folder: Path) -> Array:
    """``[len(texts), width]``: from the file in ``folder``, or made by ``encode`` and kept there.

    Half the digits are kept, and given when they are made, too: a training is the same whoever made them.
    """
    digests = [hashlib.blake2b(text.encode(), digest_size=DIGEST).digest() for text in texts]
    known = _read(folder / FILE)
    new = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
    if new:
        known.update(zip(new, encode(list(new.values())).astype(np.float16), strict=True))
        with suppress(OSError):
            _write(folder / FILE, _last(known, digests))
    return np.array([known[digest] for digest in digests], np.float32).reshape(-1, WIDTH)


def _last(known: Known, digests: Sequence[bytes]) -> Known:
    """At most MOST, and these at the end."""
    mine = set(digests)
    found = [one for one in known.items() if one[0] not in mine] + [(digest, known[digest]) for digest in dict.fromkeys(digests)]
    return dict(found[-MOST:])


def _read(path: Path) -> Known:
    with suppress(OSError, ValueError, KeyError, EOFError, BadZipFile), path.open("rb") as file, np.load(file) as kept:
        digests, vectors = kept["digests"].tobytes(), kept["vectors"]
        if vectors.shape[1:] == (WIDTH,) and len(digests) == DIGEST * len(vectors):
            return {digests[DIGEST * row : DIGEST * (row + 1)]: vector for row, vector in enumerate(vectors)}
    return {}


def _write(path: Path, known: Known) -> None:
    """Whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            digests = np.frombuffer(b"".join(known), np.uint8)
            np.savez(file, digests=digests, vectors=np.array(list(known.values())))
        Path(name).chmod(0o644)  # who trains and who serves may be different users
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
