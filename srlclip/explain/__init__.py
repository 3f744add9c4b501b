"""Why a text fits an event: patches, words, roles and frames, under both models. The facade is Comparison.explain."""
