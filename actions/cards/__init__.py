"""Cards that are lost, locked, unlocked, replaced, or taken abroad."""
