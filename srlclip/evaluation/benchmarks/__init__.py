"""Zero-shot benchmarks in their official formats: a spec (data) each, a reader a format, a task a kind of question."""
