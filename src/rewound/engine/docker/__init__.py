"""The docker engine: one container per world, with any image of MySQL."""
