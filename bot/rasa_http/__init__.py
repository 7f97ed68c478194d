"""``bot.ports.Dialogue`` over HTTP: asking Rasa's servers, and doing without one that fails."""
