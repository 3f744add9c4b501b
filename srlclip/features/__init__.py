"""Features of many videos for other models: export and its folder format."""
