"""``Encoder().encode(["where is my card"])``: the vectors of sentences."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.sentence_vectors.model_file import in_memory, model_file
from bot.sentence_vectors.weights import WIDTH, folder

log = logging.getLogger(__name__)
LONGEST = 128
"""Tokens that are read of a text, as in the model's training; some 500 characters."""

SLOTS = 512
"""Tokens, padding included, that are computed at once at most, but always one text. More are no quicker, and what thousands
take of memory is not given back."""


class Encoder:
    """The sentence model, loaded. Safe to share between threads; uses one processor core for each call.

    ``folder``: where its file lies; None when it is held in memory.
    """

    def __init__(self, models: Path | None = None) -> None:
        """``models``: the folder in which the graph is kept. Raises VectorsMissing."""
        self._tokenizer = Tokenizer.from_file(str(folder() / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)
        graph = _graph(models)
        self.folder = graph.parent if isinstance(graph, Path) else None
        self._session = _session(graph)

    def encode(self, texts: Sequence[str], cores: int = 1) -> NDArray[np.float32]:
        """``[len(texts), 384]``, each of length 1. ``cores``: of the processor, to use at once."""
        found = np.empty((len(texts), WIDTH), np.float32)
        tokens = [one.ids for one in self._tokenizer.encode_batch(list(texts))]
        parts = list(batches([len(one) for one in tokens]))
        for rows, vectors in zip(parts, self._all([[tokens[row] for row in rows] for rows in parts], cores), strict=True):
            found[rows] = vectors
        return found

    def _all(self, parts: list[list[list[int]]], cores: int) -> Iterator[NDArray[np.float32]]:
        if cores == 1:
            yield from map(self._computed, parts)
        else:
            with ThreadPoolExecutor(cores) as pool:
                yield from pool.map(self._computed, parts)

    def _computed(self, tokens: list[list[int]]) -> NDArray[np.float32]:
        length = max(map(len, tokens))
        ids = np.zeros((len(tokens), length), np.int64)
        mask = np.zeros((len(tokens), length), np.int32)
        for row, one in enumerate(tokens):
            ids[row, : len(one)] = one
            mask[row, : len(one)] = 1
        positions = np.arange(length, dtype=np.int64)[None]
        vectors: NDArray[np.float32] = self._session.run(["vectors"], {"ids": ids, "positions": positions, "mask": mask})[0]
        return vectors


def _graph(models: Path | None) -> Path | bytes:
    """The file, which processes share; where it can be neither read nor made, a graph of its own."""
    try:
        return model_file(models)
    except OSError as error:
        log.warning("The sentence model is held in memory by this process alone: its file cannot be used (%s).", error)
        return in_memory()


def _session(graph: Path | bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    if isinstance(graph, Path):
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # the file is optimized
    given = str(graph) if isinstance(graph, Path) else graph
    return onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The numbers of texts of these lengths, those of like length together, so that there is little padding."""
    rows: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda number: lengths[number]):
        if rows and (len(rows) + 1) * lengths[row] > SLOTS:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows
