"""Canned replies: words that agents keep for later, of their own or shared, with variables that are filled in by conversation.

What is kept and what it means; the pages are ``desk.composing``.
"""
