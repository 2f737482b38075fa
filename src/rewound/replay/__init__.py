"""From a dump's moment to another: its server's binary logs, found, judged, applied and proven."""
