"""Instances of published benchmarks in their official file formats, drawn from SynSitu."""
