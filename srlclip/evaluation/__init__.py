"""Measurements of one or more image towers over labelled clips that share a text tower: one module per task."""
