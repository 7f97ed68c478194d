"""How operators see a gateway: health, metrics, logs, traces, what must be mended."""
