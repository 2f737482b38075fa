"""Running MySQL servers: where the program comes from, its settings, its processes."""
