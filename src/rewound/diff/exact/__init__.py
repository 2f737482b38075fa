"""Two loads of one dump compared to the bit: definitions word for word, rows as stored."""
