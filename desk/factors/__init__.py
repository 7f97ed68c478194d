"""What somebody proves beside, or instead of, a password: codes of an app, passkeys, an account elsewhere."""
