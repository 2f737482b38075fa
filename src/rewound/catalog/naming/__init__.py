"""How dumps are named: times in all their shapes, endings, patterns. Pure."""
