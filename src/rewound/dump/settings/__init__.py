"""How SET statements change the dump's session."""
