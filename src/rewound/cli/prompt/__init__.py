"""The prompt of `rewound query`: statements typed one after the other.

`context`, `completion` and `commands` decide and are pure; only `terminal` imports prompt_toolkit;
`dialogue` acts. The prompt is imported only when it is used: that takes as long as a whole `rewound
query 'SELECT 1'`.
"""
