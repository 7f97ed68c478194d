"""Which day it is at the bank, and which days are business days. Pure."""
