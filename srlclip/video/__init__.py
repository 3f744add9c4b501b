"""Files to pixels: the decoder's only door, frames, streams, preprocessing."""
