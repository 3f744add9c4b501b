"""SynSitu: a small procedural world with exact, VidSitu-shaped semantic role labels."""
