"""Official files to tasks: one function a format."""
