"""Where a dump stands in the logs, found by its rows: for dumps that state no coordinates.

`timeline` reads how rows and definitions change, as `chains`; `served` asks the loaded server for
the dump's rows; `search` finds the places that fit all of them.
"""
