"""Training of the captioners: settings, data, frozen features."""
