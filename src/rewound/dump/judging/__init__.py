"""The verdict on each statement."""
