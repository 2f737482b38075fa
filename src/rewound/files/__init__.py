"""The disk: locks, mounts, atomic writing, JSON files."""
