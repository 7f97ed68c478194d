"""The public help pages: every article that anybody may read, listed, searched and shown (docs/knowledge.md)."""
