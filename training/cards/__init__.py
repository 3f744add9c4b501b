"""Model cards: what they say, in *.md, and the code that fills it in."""
