"""The command line: a thin front end over `operations`.

stdout is data, and only `render` writes it; stderr is for messages, which `diagnostics` and
`progress` write.
"""
