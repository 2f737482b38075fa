"""Talking to a MySQL server: its endpoint, its version, and the only driver imports."""
