"""The prompt of `rewound query`: statements typed one after the other.

`context`, `completion` and `commands` decide and are pure; `terminal` is the only import of
prompt_toolkit; `dialogue` acts. Imported only when a prompt is asked for: it takes as long
as a whole `rewound query 'SELECT 1'`.
"""
