"""Ablations and the head study: definitions, runs, statistics, tables."""
