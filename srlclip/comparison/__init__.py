"""Two models side by side on a gallery: the facade, embedding, search."""
