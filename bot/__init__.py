"""The core: what is decided of conversations, whoever the vendors are; frameworks only in its adapters."""
