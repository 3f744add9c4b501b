"""`python -m srlclip`."""
