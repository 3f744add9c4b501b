"""The SRL-CLIP recipe: texts, data, objective, validation."""
