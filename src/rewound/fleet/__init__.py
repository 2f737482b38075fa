"""Worlds kept together: planning them, bringing them up, remembering them, ending them."""
