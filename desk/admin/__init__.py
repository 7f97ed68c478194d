"""The admins' pages: accounts, their sessions, and tokens for programs."""
