"""The mini CLIP that the repository carries: model, tokenizer, frames, paraphrases."""
