"""The internal listener's JSON API (docs/contracts.md): conversations as they stand, what is kept of them for good, figures."""

from gateway.api.access import Access, Reads, by_tokens
from gateway.api.internal import InternalApi
from gateway.api.packets import PacketsApi
from gateway.api.recorded import RecordsApi

__all__ = ["Access", "InternalApi", "PacketsApi", "Reads", "RecordsApi", "by_tokens"]
