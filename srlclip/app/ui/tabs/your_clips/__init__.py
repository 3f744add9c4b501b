"""The Your clips tab."""
