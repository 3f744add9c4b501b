"""Metrics: arrays in, plain floats out; no model and no settings (nothing is imported here)."""
