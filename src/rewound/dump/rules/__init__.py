"""What may happen to a statement: the table of rules, verdicts, the server they are for."""
