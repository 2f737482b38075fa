"""Definitions of two servers, read and compared."""
