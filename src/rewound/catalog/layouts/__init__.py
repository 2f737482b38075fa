"""Dumps of several files, and files in archives: which files are parts of one dump. Pure.

Each module knows one way to lay out a dump. What the names leave open, the first lines of some
files decide, read by functions that the caller passes. Files are joined only if there is one
reading; else they stay apart, and `questions` asks.
"""
