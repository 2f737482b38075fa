"""What a user can do with Rewound: one function per verb, the same for every front end.

Nothing here prints. Values come back, narration goes through an observer, and every
failure is a `RewoundError`.
"""
