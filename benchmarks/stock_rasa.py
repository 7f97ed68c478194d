"""``python -m benchmarks.stock_rasa run ...``: Rasa 3.6.21 as it is, but for what current libraries make necessary.

Of ``bot.rasa_side.patches.compat`` only the patches without which Rasa does not start or fails here; none that makes it faster.
"""

from __future__ import annotations

import os
import sys
import warnings

from bot.rasa_side.patches import catalogue as patches
from bot.rasa_side.patches import tensorflow_patches
from bot.rasa_side.patches.compat import BEFORE_IMPORT, set_defaults
from bot.rasa_side.patches.optional import have_tensorflow
from bot.rasa_side.patches.quiet import hide_texts
from bot.rasa_side.patches.stubs import forget_stubs


def install() -> None:
    """Make Rasa importable and correct, and nothing more."""
    set_defaults(os.environ)
    for patch in BEFORE_IMPORT:
        patch()
    if have_tensorflow():
        tensorflow_patches.keras_two()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hide_texts()
        patches.dask_graph_inputs()
        patches.sqlalchemy_url()
        if have_tensorflow():
            tensorflow_patches.feature_array_ufunc()
            tensorflow_patches.predict_with_tensors()
    forget_stubs()


def main() -> None:
    """Rasa's own command line."""
    install()
    from rasa.__main__ import main as rasa_main

    sys.argv = ["rasa", *sys.argv[1:]]
    rasa_main()


if __name__ == "__main__":
    main()
