"""The vectors are those of the model that was trained, and nothing is fetched to make them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.typing import NDArray
from scipy.special import erf, softmax
from tokenizers import Tokenizer

from bot.sentence_vectors import model_file as model_files
from bot.sentence_vectors import weights as of_package
from bot.sentence_vectors.encoder import LONGEST, SLOTS, Encoder, batches
from bot.sentence_vectors.model_file import model_file
from bot.sentence_vectors.weights import EPSILON, HEADS, LAYERS, WIDTH, Array, VectorsMissing, Weights, folder

SENTENCES = ["where is my new card", "How much money do I have left in my savings account?", "hi", "¿dónde está mi tarjeta?"]

OFFLINE = """
import socket, sys
def refuse(*_): raise AssertionError("a connection was tried")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
from bot.sentence_vectors.encoder import Encoder
from pathlib import Path
print(Encoder(Path(sys.argv[1])).encode(["hello"]).shape)
print(sorted({"torch", "sentence_transformers", "huggingface_hub"} & sys.modules.keys()))
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def encoder(models: Path) -> Encoder:
    return Encoder(models)


def published(text: str) -> NDArray[np.float64]:
    """The calculation as it was published, with whole numbers of four bytes, written for clarity."""
    weights = Weights(folder())
    tokens = Tokenizer.from_file(str(folder() / "tokenizer.json"))
    tokens.no_padding()
    ids = tokens.encode(text).ids

    def linear(value: Array, name: str) -> Array:
        return value @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def normed(value: Array, name: str) -> Array:
        centred = value - value.mean(-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
        return centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    places = weights["embeddings.position_embeddings.weight"][: len(ids)] + weights["embeddings.token_type_embeddings.weight"][0]
    value = normed(weights["embeddings.word_embeddings.weight"][ids] + places, "embeddings.LayerNorm")
    for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
        heads = [
            linear(value, f"{layer}.attention.self.{part}").reshape(-1, HEADS, WIDTH // HEADS).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        ]
        asked = softmax(heads[0] @ heads[1].transpose(0, 2, 1) / np.sqrt(WIDTH // HEADS), axis=-1)
        seen = (asked @ heads[2]).transpose(1, 0, 2).reshape(-1, WIDTH)
        value = normed(value + linear(seen, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
        wide = linear(value, f"{layer}.intermediate.dense")
        wide = wide * 0.5 * (1 + erf(wide / np.sqrt(2)))
        value = normed(value + linear(wide, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    mean = value.mean(0).astype(np.float64)
    return mean / np.linalg.norm(mean)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_they_are_those_of_the_published_model(encoder: Encoder, sentence: str) -> None:
    assert encoder.encode([sentence])[0] @ published(sentence) > 0.99


def test_beside_others_a_sentence_keeps_its_vector(encoder: Encoder) -> None:
    together, alone = encoder.encode(SENTENCES), np.vstack([encoder.encode([one]) for one in SENTENCES])
    assert together.shape == (len(SENTENCES), WIDTH) and together.dtype == np.float32
    assert ((together * alone).sum(1) > 0.99).all()
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-3)


def test_what_means_the_same_is_near(encoder: Encoder) -> None:
    lost, stolen, hours = encoder.encode(["I lost my card", "my debit card is gone", "when do you open"])
    assert lost @ stolen > 0.5 > 0.3 > lost @ hours


@given(some.lists(some.integers(1, LONGEST), max_size=60))
def test_every_text_is_in_one_batch_and_none_is_too_large(lengths: list[int]) -> None:
    found = list(batches(lengths))
    assert sorted(row for rows in found for row in rows) == list(range(len(lengths)))
    assert all(len(rows) * max(lengths[row] for row in rows) <= SLOTS for rows in found)


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "👍", "word " * 5000])
def test_any_text_has_one(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.encode([text])).all() and encoder.encode([]).shape == (0, WIDTH)


def test_of_a_long_text_the_beginning_is_read(encoder: Encoder) -> None:
    long, longer = encoder.encode(["card " * LONGEST, "card " * LONGEST + "weather"])
    assert long @ longer > 0.999


def test_nothing_is_fetched(models: Path) -> None:
    done = subprocess.run([sys.executable, "-c", OFFLINE, str(models)], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split("\n")[:2] == ["(1, 384)", "[]"], done.stderr


def test_the_graph_is_made_once(models: Path, encoder: Encoder) -> None:
    path = model_file(models)
    made = path.stat().st_mtime_ns
    assert model_file(models) == path and path.stat().st_mtime_ns == made
    assert [one.name for one in models.iterdir()] == [path.parent.name]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="tells what is mapped on Linux")
def test_the_weights_are_mapped_and_not_copied(models: Path, encoder: Encoder) -> None:
    weights = model_file(models).with_name(model_files.WEIGHTS)
    assert encoder.encode(["hello"]).shape == (1, WIDTH)
    mapped = [line for line in Path("/proc/self/maps").read_text().splitlines() if line.endswith(str(weights))]
    assert mapped, "each process would have a copy of its own"


def test_what_is_packed_for_another_processor_is_not_read(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = model_file(models)
    monkeypatch.setattr(model_files, "_processor", lambda: "flags: none of ours")
    there = model_file(models)
    assert there != here and there.exists() and here.exists()


def test_those_of_other_weights_are_deleted(tmp_path: Path) -> None:
    (tmp_path / "sentence-vectors-0123456789ab-01234567").mkdir()
    (tmp_path / "sentence-vectors-0123456789ab.onnx").touch()
    path = model_file(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == [path.parent.name]


def test_another_user_than_the_one_who_trained_may_read_it(models: Path) -> None:
    assert model_file(models).parent.stat().st_mode & 0o777 == 0o755


def test_where_nothing_can_be_written_the_vectors_are_the_same(
    tmp_path: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    alone = Encoder(tmp_path / "file")
    assert np.allclose(alone.encode(SENTENCES), encoder.encode(SENTENCES), atol=1e-5)
    assert "held in memory by this process alone" in caplog.text


def test_what_a_killed_maker_left_is_deleted(tmp_path: Path) -> None:
    left = tmp_path / f"making-{model_files.NAME}-x"
    left.mkdir()
    os.utime(left, (0, 0))
    model_file(tmp_path)
    assert not left.exists()


def test_without_the_package_one_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_package, "PACKAGE", "no_such_package_at_all")
    with pytest.raises(VectorsMissing, match="make env"):
        folder()
