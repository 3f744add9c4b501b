"""Figures, props, scenes and effects, drawn with OpenCV."""
