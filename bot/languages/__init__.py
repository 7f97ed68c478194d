"""Which languages a business speaks, which of them a customer does, and its texts in them (docs/languages.md).

English is the language of the files themselves; a further one is declared in ``domain/*/_languages.yml``, and its texts are files
of the same names in folders called by its two letters. Where none is declared, none of them is read.
"""
