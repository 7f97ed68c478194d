"""Texts by Twilio: received, cut into parts and sent; the words of STOP are in ``bot.door.opt_out_words``."""
