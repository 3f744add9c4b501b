"""What several tabs are made of: format, inputs, links, media, errors, style."""
