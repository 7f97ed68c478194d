"""What the ``diet`` extra (TensorFlow 2.21 with tf-keras) needs under Rasa 3.6.21, which was written for 2.12.

Tests: tests/rasa_side/patches/test_diet.py, skipped where the extra is not installed (``make train DIET=1`` installs it).
"""

from __future__ import annotations

import importlib
import sys
from typing import Any


def keras_two() -> None:
    """TensorFlow >= 2.16 comes with keras 3; Rasa's layers are keras 2, which lives on as tf-keras.

    Must run before Rasa is imported. ``TF_USE_LEGACY_KERAS=1`` (set by compat) makes ``tf.keras`` the same one.
    """
    importlib.import_module("tensorflow")
    keras = importlib.import_module("tf_keras")
    utils = importlib.import_module("tf_keras.utils")
    sys.modules["keras"] = keras
    sys.modules["keras.utils"] = utils
    for name in ("tf_utils", "control_flow_util"):
        module = importlib.import_module(f"tf_keras.src.utils.{name}")
        sys.modules[f"keras.utils.{name}"] = module
        setattr(utils, name, module)


def feature_array_ufunc() -> None:
    """numpy >= 2.2 calls ``__array_ufunc__`` where it did not before; Rasa's version loses ``out`` and its own type."""
    import numpy as np
    from rasa.utils.tensorflow.feature_array import FeatureArray

    def plain(value: Any) -> Any:
        return np.asarray(value) if isinstance(value, FeatureArray) else value

    def __array_ufunc__(self: Any, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        kwargs.pop("number_of_dimensions", None)
        if kwargs.get("out") is not None:
            kwargs["out"] = tuple(map(plain, kwargs["out"]))
        return getattr(ufunc, method)(*map(plain, inputs), **kwargs)

    FeatureArray.__array_ufunc__ = __array_ufunc__


def predict_with_tensors() -> None:
    """tf-keras 2.16+ refuses a tuple of arrays where Rasa passes one: give it a list of tensors."""
    import numpy as np

    tf = importlib.import_module("tensorflow")  # not installed where this file is checked
    from rasa.utils.tensorflow.models import RasaModel

    predict = RasaModel._rasa_predict

    def _rasa_predict(self: Any, batch_in: Any) -> Any:
        return predict(self, [tf.convert_to_tensor(np.asarray(part)) for part in batch_in])

    RasaModel._rasa_predict = _rasa_predict


def load_without_training() -> None:
    """Rasa runs a training step on one example to make the weights it then overwrites: 70-105 s of tracing.

    One eager loss makes the same weights: 13-19 s, the same predictions.
    """
    tf = importlib.import_module("tensorflow")  # not installed where this file is checked
    from rasa.utils.tensorflow.constants import LEARNING_RATE, RUN_EAGERLY
    from rasa.utils.tensorflow.data_generator import RasaBatchDataGenerator
    from rasa.utils.tensorflow.models import RasaModel

    slow = RasaModel.load.__func__

    def load(
        cls: Any,
        model_file_name: str,
        model_data_example: Any,
        predict_data_example: Any = None,
        finetune_mode: bool = False,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        if finetune_mode:
            return slow(cls, model_file_name, model_data_example, predict_data_example, finetune_mode, *args, **kwargs)
        config = kwargs.get("config", {})
        model = cls(*args, **kwargs)
        model.compile(optimizer=tf.keras.optimizers.Adam(config.get(LEARNING_RATE, 0.001)), run_eagerly=True)
        model._training = True
        model.batch_loss(next(iter(RasaBatchDataGenerator(model_data_example, batch_size=1)))[0])
        model._training = None
        model.load_weights(model_file_name).expect_partial()
        model.run_eagerly = bool(config.get(RUN_EAGERLY))
        if predict_data_example:
            model.run_inference(predict_data_example)
        return model

    RasaModel.load = classmethod(load)
