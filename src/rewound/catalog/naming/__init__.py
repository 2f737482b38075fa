"""How dumps are named: all shapes of times, extensions, patterns. Pure."""
