"""The two models of a pair inside other people's tools: sentence-transformers and mteb."""
