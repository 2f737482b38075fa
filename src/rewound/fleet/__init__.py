"""Worlds kept together: planning, restoring, recording and deleting them."""
