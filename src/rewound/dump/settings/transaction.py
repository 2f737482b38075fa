"""The open transaction of a dump's statements, and whether its rows are committed.

Pure. When a client reaches the end of a script, its session ends, and the server rolls back what
was not committed. Savepoints and ROLLBACK are not part of a dump; the judge refuses them.
"""

from dataclasses import dataclass, replace

from rewound.dump.rules.verdict import Verdict
from rewound.dump.settings.session import DumpSession
from rewound.dump.text.statement import Kind
from rewound.dump.text.tokens import iter_tokens

_ROWS = frozenset({Kind.INSERT, Kind.REPLACE, Kind.DELETE})
_COMMITS_NOTHING = _ROWS | {Kind.EMPTY, Kind.SET, Kind.USE, Kind.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Transaction:
    """The state of the dump's transaction between two statements."""

    is_begun: bool = False
    """Whether BEGIN or START TRANSACTION began it, or the last one was chained."""
    holds_locks: bool = False
    """By LOCK TABLES; then UNLOCK TABLES commits."""
    autocommits: bool = True
    """As at the last statement; switching it on commits."""
    line: int | None = None
    """The line of the first statement whose rows are not committed."""

    def follow(self, verdict: Verdict, session: DumpSession, server_version: int) -> "Transaction":
        """Return the state after a statement, given the `session` that it leaves.

        Source: MySQL 9.7 manual, "Statements That Cause an Implicit Commit".
        """
        kind = verdict.kind
        if kind in _ROWS:
            is_open = self.is_begun or not session.autocommits
            if not is_open or self.line is not None or not verdict.sql:
                return self
            return replace(self, line=verdict.line)
        if kind is Kind.TRANSACTION:
            tokens = iter_tokens(verdict.statement.text, session.mode, server_version)
            words = [token.word for token in tokens]
            commits = words[:1] == ["COMMIT"]
            is_chained = "CHAIN" in words and "NO" not in words
            # COMMIT keeps table locks; the beginning of a transaction releases them.
            return replace(
                self,
                is_begun=is_chained or not commits,
                holds_locks=self.holds_locks and commits,
                line=None,
            )
        if kind is Kind.SET and session.autocommits != self.autocommits:
            if session.autocommits:
                return Transaction(holds_locks=self.holds_locks)
            return replace(self, autocommits=False)
        if kind in _COMMITS_NOTHING or (kind is Kind.UNLOCK and not self.holds_locks):
            return self
        if kind is Kind.MAINTENANCE and _has_first_word(
            verdict, "CHECKSUM", session, server_version
        ):
            return self  # the only one of its kind that commits nothing
        return replace(self, is_begun=False, holds_locks=kind is Kind.LOCK, line=None)


def _has_first_word(verdict: Verdict, word: str, session: DumpSession, version: int) -> bool:
    first = next(iter_tokens(verdict.statement.text, session.mode, version), None)
    return first is not None and first.word == word
