"""A dump as text: its bytes, its statements, and what happens to each of them.

Everything but the reader is pure: no server, no clock, no disk.
"""
