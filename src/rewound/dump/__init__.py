"""A dump as text: its bytes, its statements, and what may become of each of them.

Everything but the reader is pure: no server, no clock, no disk.
"""
