"""Desks of others (``bot.ports.handoff_target``): one file each, and the routes by which they speak to us."""
