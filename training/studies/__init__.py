"""Ablations: definitions, runs, statistics, tables."""
