"""``python -m launch.install.example > .env.example``: the example file, from the table of variables."""

from __future__ import annotations

from gateway.settings.variables import VARIABLES

HEAD = """\
# Settings of Onethread. Copy this file to .env and uncomment what you need; the environment wins over .env.
# Nothing is needed to try it: `make run` generates secrets and simulates the vendors.
"""


def render() -> str:
    """The whole file: each variable's explanation, and its default as a comment."""
    blocks = [f"# {variable.explanation}\n#{variable.name}={variable.default or ''}\n" for variable in VARIABLES]
    return "\n".join([HEAD, *blocks])


if __name__ == "__main__":
    print(render(), end="")
