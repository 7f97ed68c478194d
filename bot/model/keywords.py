"""Words that carriers and Twilio answer themselves, when they are the whole body of a text, in any case:
https://help.twilio.com/articles/223134027"""

STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START = frozenset({"start", "unstop"})
START_WHEN_OUT = START | {"yes"}
HELP = frozenset({"help", "info"})
