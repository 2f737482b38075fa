"""What one event of a binary log says: pure, bytes in and values out.

A body that is not what its type requires raises `malformed.MalformedEvent`.
"""
