"""The text of a dump: lexical rules, statements, tokens."""
