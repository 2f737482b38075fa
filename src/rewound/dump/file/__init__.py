"""The bytes of a dump: compression, reading, foreign formats, what its comments say."""
