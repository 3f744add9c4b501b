"""What a visitor brings: clips, labels, results, saved files and reports."""
