"""What a person sees: stdout, stderr, tables, progress."""
