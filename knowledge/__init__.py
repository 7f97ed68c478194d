"""What the business knows: articles, read by the assistant and the help pages through one index (docs/knowledge.md)."""
