"""The judgement of each statement."""
