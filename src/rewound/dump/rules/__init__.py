"""What may happen to a statement: the table of rules, verdicts, server profiles."""
