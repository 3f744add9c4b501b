"""The Hard negatives tab."""
