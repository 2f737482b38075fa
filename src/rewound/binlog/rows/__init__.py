"""Row events: images taken apart, values, counts, events turned around and left out. Pure."""
