"""Values in the rows of an INSERT that are more than literals."""
