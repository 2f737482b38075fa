"""The command line: a thin front end over `operations`.

stdout is data and is written by `render` alone; stderr is narration and belongs to
`diagnostics` and `progress`.
"""
