"""What SET statements make of the dump's session."""
