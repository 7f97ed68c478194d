"""The sentence model as an ONNX graph, written node by node, partly with weights of one byte.

BERT with mean pooling (Devlin et al. 2019; Reimers and Gurevych 2019). Weights of one byte have a scale for each output, what is
multiplied with them has one that is found while it runs (``DynamicQuantizeMatMul``; fused operators are ONNX Runtime's own).
Which matrices are whole was measured: docs/decisions/0019-sentence-vectors.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from bot.sentence_vectors.weights import EPSILON, HEADS, LAYERS, WIDTH, Array, Weights

FUSED = "com.microsoft"
OPSET = 17
STEPS = 63
"""Small weights are from -63 to 63: with all 8 bits, sums of two products overflow 16 bits on processors without VNNI."""

LOOKED_UP = 127
"""Words' vectors are not multiplied, and have all 8 bits."""


@dataclass(slots=True)
class _Graph:
    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def add(self, kind: str, inputs: list[str], name: str, domain: str = "", **settings: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, domain=domain, **settings))
        return name

    def linear(self, value: str, matrix: Array, bias: Array, name: str) -> str:
        product = self.add("MatMul", [value, self.constant(f"{name}.w", matrix)], f"{name}.product")
        return self.add("Add", [product, self.constant(f"{name}.bias", bias)], name)

    def small(self, value: str, matrix: Array, bias: Array, name: str) -> str:
        steps, scale = quantised(matrix, axis=0)
        given = [value, self.constant(f"{name}.w", steps), self.constant(f"{name}.scale", scale), ""]
        return self.add("DynamicQuantizeMatMul", [*given, self.constant(f"{name}.bias", bias)], name, FUSED)

    def normed(self, value: str, skip: str, weights: Weights, of: str) -> str:
        factors = [self.constant(f"{of}.{part}", weights[f"{of}.{part}"]) for part in ("weight", "bias")]
        return self.add("SkipLayerNormalization", [value, skip, *factors], of, FUSED, epsilon=EPSILON)


def quantised(matrix: Array, axis: int, steps: int = STEPS) -> tuple[NDArray[np.int8], Array]:
    """The matrix in whole steps, and the size of a step along the other axis."""
    scale = np.maximum(np.abs(matrix).max(axis=axis), 1e-9) / steps
    return np.rint(matrix / np.expand_dims(scale, axis)).astype(np.int8), scale.astype(np.float32)


def build(weights: Weights) -> ModelProto:
    """The graph. Inputs: ``ids`` [n, tokens], ``positions`` [1, tokens] (both int64), ``mask`` [n, tokens] int32 (1: a token, 0:
    padding). Output: ``vectors`` [n, 384] float32 of length 1."""
    graph = _Graph()
    value = _embedded(graph, weights)
    for number in range(LAYERS):
        value = _layer(graph, weights, f"encoder.layer.{number}", value)
    _pooled(graph, value)
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT64, ["n", "tokens"]),
        helper.make_tensor_value_info("positions", TensorProto.INT64, [1, "tokens"]),
        helper.make_tensor_value_info("mask", TensorProto.INT32, ["n", "tokens"]),
    ]
    outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", WIDTH])]
    made = helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", inputs, outputs, graph.constants)
    imports = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(made, opset_imports=imports, ir_version=10)


def _embedded(graph: _Graph, weights: Weights) -> str:
    steps, scale = quantised(weights["embeddings.word_embeddings.weight"], 1, LOOKED_UP)
    words = graph.add("Gather", [graph.constant("words.w", steps), "ids"], "words.steps")
    words = graph.add("Cast", [words], "words.float", to=TensorProto.FLOAT)
    scales = graph.add("Gather", [graph.constant("words.scale", scale[:, None]), "ids"], "words.scales")
    words = graph.add("Mul", [words, scales], "words")
    # every token is of the first segment: its vector is added to each position once and for all
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    places_ = graph.add("Gather", [graph.constant("places.w", places), "positions"], "places")
    both = graph.add("Add", [words, places_], "embedded")
    of = "embeddings.LayerNorm"
    factors = [graph.constant(f"{of}.{part}", weights[f"{of}.{part}"]) for part in ("weight", "bias")]
    return graph.add("LayerNormalization", [both, *factors], of, axis=-1, epsilon=EPSILON)


def _layer(graph: _Graph, weights: Weights, name: str, value: str) -> str:
    parts = [f"{name}.{part}" for part in ("q", "k", "v")]
    asked = graph.linear(value, *weights.attention_in(name), f"{name}.qkv")
    graph.nodes.append(helper.make_node("Split", [asked], parts, name=f"{name}.split", axis=-1))
    seen = graph.add("MultiHeadAttention", [*parts, "", "mask"], f"{name}.seen", FUSED, num_heads=HEADS)
    out = graph.small(seen, *_of(weights, f"{name}.attention.output.dense"))
    value = graph.normed(out, value, weights, f"{name}.attention.output.LayerNorm")
    wide = graph.small(value, *_of(weights, f"{name}.intermediate.dense"))
    wide = graph.add("Gelu", [wide], f"{name}.gelu", FUSED)
    out = graph.linear(wide, *_of(weights, f"{name}.output.dense"))
    return graph.normed(out, value, weights, f"{name}.output.LayerNorm")


def _of(weights: Weights, name: str) -> tuple[Array, Array, str]:
    return weights.matrix(name), weights[f"{name}.bias"], name


def _pooled(graph: _Graph, value: str) -> None:
    """The sum over the tokens; its length is made 1, so it need not be the mean."""
    kept = graph.add("Cast", ["mask"], "kept", to=TensorProto.FLOAT)
    rows = graph.add("Unsqueeze", [kept, graph.constant("one", np.array([1], np.int64))], "kept.rows")
    summed = graph.add("MatMul", [rows, value], "summed")
    flat = graph.add("Squeeze", [summed, "one"], "flat")
    graph.add("LpNormalization", [flat], "vectors", axis=-1, p=2)
