"""An optional large language model behind any OpenAI-compatible server (docs/language-model.md)."""
