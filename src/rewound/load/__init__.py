"""Loading one dump into one server, and the ledger that proves it."""
