"""How long sounds last, in seconds at a pace of 1 (``SimulatorSettings.pace``): speech is typed, and files are not played."""

SECONDS_PER_CHARACTER = 0.06
SECONDS_OF_MUSIC = 10.0
