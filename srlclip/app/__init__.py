"""The app: serving it, its pairs of models, a visitor's clips, and the page."""
