"""The doorkeeper of a fleet whose worlds sleep: a program of its own, one for all of its worlds.

It listens where worlds are reached, starts the server of a world that somebody connects to, and
stops those that nobody is connected to (ADR 23).
"""
