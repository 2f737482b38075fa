"""What changed between two worlds: definitions, rows, and the numbers in them."""
