"""Speed and memory, not accuracy: what a step costs here, and what the naive way would cost in the same run."""
