"""JSON twins of what the page does, for programs and assistants."""
