"""The telephone network: legs of calls, and what plays on them by the rules of TwiML."""
