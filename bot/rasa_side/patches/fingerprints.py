"""Rasa's fingerprints of training data with less work: the same ones, of which a training makes hundreds of thousands. Sparse
features alone have others: Rasa writes them out as a table first.

After each component of the pipeline Rasa hashes every example with its tokens and features, value by value, to know what it
need not train again. A value that came before is not hashed again, and JSON of hashes alone is written without the encoder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

PLAIN = (str, int, float, bool, type(None), bytes)
SHORT = 40
"""Letters up to which a text is likely to come again: names of keys, words, numbers."""


def plain_values_are_hashed_once() -> None:
    """In the place of ``rasa.shared.utils.io.deep_container_fingerprint``, with the same results."""
    import rasa.shared.utils.io as rasa_io

    theirs = rasa_io.deep_container_fingerprint

    def deep_container_fingerprint(obj: Any, encoding: str = "utf-8") -> Any:
        if encoding != "utf-8":
            return theirs(obj, encoding)
        return fingerprint(obj)

    deep_container_fingerprint.__wrapped__ = theirs  # type: ignore[attr-defined]
    rasa_io.deep_container_fingerprint = deep_container_fingerprint


def sparse_features_are_not_written_out() -> None:
    """In the place of ``rasa.shared.nlu.training_data.util.sparse_matrix_to_string``, which is called for fingerprints alone."""
    import rasa.shared.nlu.training_data.util as theirs

    theirs.sparse_matrix_to_string = as_text


def as_text(matrix: Any) -> str:
    """All that a sparse matrix is, in a form that is quick to make: shape, rows, columns and values."""
    rows = matrix.tocsr()
    parts = (rows.indptr, rows.indices, rows.data)
    return " ".join([str(rows.shape), *(f"{part.dtype} {part.tobytes().hex()}" for part in parts)])


def fingerprint(value: Any) -> Any:
    """MD5 in hex; of an object that has a fingerprint of its own, that."""
    if type(value) in PLAIN:
        text = str(value)
        return _of_short(text) if len(text) <= SHORT else _of(text)
    if isinstance(value, dict):
        return _of(_object({fingerprint(key): fingerprint(one) for key, one in value.items()}))
    if isinstance(value, list):
        return _of(_array([fingerprint(one) for one in value]))
    own = getattr(value, "fingerprint", None)
    return own() if callable(own) else _of(str(value))


def _of(text: str) -> str:
    return hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()


_of_short = lru_cache(maxsize=20_000)(_of)


def _object(hashes: Mapping[str, str]) -> str:
    """As ``json.dumps`` writes it with sorted keys: hashes need no escapes."""
    return "{" + ", ".join(f'"{key}": "{hashes[key]}"' for key in sorted(hashes)) + "}"


def _array(hashes: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{one}"' for one in hashes) + "]"
