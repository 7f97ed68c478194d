"""The life of a handoff to a person, as stored; what an agent does with it is ``bot/agent_desk/``."""
