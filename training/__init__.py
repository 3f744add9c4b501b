"""Training: the adaptation (train.py), the mini base (pretrain.py) and their parts. Needs accelerate."""
