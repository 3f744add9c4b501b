"""A run folder: provenance, checkpoints, trackers."""
