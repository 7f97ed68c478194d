"""What is done in doubt: likely wishes are asked, other words, a person; a correction mends the answer before."""
