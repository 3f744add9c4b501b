"""Labels to words: English, sentences, prompts, lexicon, negatives, probes."""
