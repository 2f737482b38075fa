"""What the host has: memory, limits, ports."""
