"""Readers of annotations and benchmarks, and caches of frames and text embeddings."""
