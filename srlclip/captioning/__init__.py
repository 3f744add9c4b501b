"""From features to SRL captions: trained heads, zero-shot reading, beam search."""
