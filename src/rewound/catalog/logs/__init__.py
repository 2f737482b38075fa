"""Binary logs beside dumps: which files are some, of which world, and what they cover."""
