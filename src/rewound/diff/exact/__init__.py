"""Two loads of one dump compared bit by bit: definitions word for word, rows as stored."""
