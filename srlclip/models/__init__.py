"""Models: the CLIP encoder with LoRA, the Video Contextualizer, and their composition (nothing is imported here)."""
