"""SRL-CLIP (open): CLIP adapted to video with captions made by rule from semantic role labels."""

__version__ = "0.1.0"
