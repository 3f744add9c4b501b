"""Readers of data sets and prediction files, their checks, and caches of frames and text embeddings."""
