"""What the kinds of benchmarks measure: embeddings in, observations out."""
