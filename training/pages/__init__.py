"""The measured parts of the README and of docs/: each a function that reads committed results and returns Markdown."""
