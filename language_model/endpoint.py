"""Where the model is, and how long it is waited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TIMEOUT_MS = 2500


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``url``: the base address of the API (``/chat/completions`` follows); ``timeout``: seconds for the whole answer."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout: float = TIMEOUT_MS / 1000

    def environ(self) -> dict[str, str]:
        """As ``from_environ`` reads it."""
        timeout = str(round(self.timeout * 1000))
        return {"LLM_URL": self.url, "LLM_MODEL": self.model, "LLM_KEY": self.key, "LLM_TIMEOUT_MS": timeout}


def from_environ(environ: Mapping[str, str]) -> Endpoint | None:
    """``LLM_URL``, ``LLM_MODEL``, ``LLM_KEY``, ``LLM_TIMEOUT_MS``, as the gateway's settings have checked them; None without."""
    url, model = environ.get("LLM_URL", "").strip(), environ.get("LLM_MODEL", "").strip()
    if not url or not model:
        return None
    given = environ.get("LLM_TIMEOUT_MS", "").strip()
    return Endpoint(url, model, environ.get("LLM_KEY", "").strip(), (int(given) if given.isdigit() else TIMEOUT_MS) / 1000)
