"""The answers of all worlds to one statement, and their conversion for other libraries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rewound.query.analysis import needed_for
from rewound.query.outcome import Outcome

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow as pa

_ROWS_OF_A_PREVIEW = 20


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """The answers of all worlds to one statement.

    Whatever takes Arrow takes an answer: `polars.from_arrow(answer)`, DuckDB, pyarrow.
    """

    table: "pa.Table"
    """The rows, with the world's name in front; `query.typed` says what each type becomes."""
    outcomes: Mapping[str, Outcome]
    """How it went in every world, by its name."""
    kept_as_text: Mapping[str, str]
    """Columns that stay text, with a value that their type does not hold, such as 0000-00-00."""
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Worlds without some of the columns, and which; these are NULL in their rows."""

    @property
    def failed(self) -> dict[str, str]:
        """The worlds that did not answer, or not completely, and why."""
        return {w: each.error for w, each in self.outcomes.items() if each.error is not None}

    def to_polars(self) -> "polars.DataFrame":
        """Return the rows as a polars DataFrame.

        Raises:
            HostError: polars is not installed.
        """
        with needed_for("to_polars"):
            import polars
        return polars.DataFrame(self.table)

    def to_pandas(self) -> "pandas.DataFrame":
        """Return the rows as a pandas DataFrame.

        Numbers keep their types: a column of integers with a NULL does not become floats.

        Raises:
            HostError: pandas is not installed.
        """
        with needed_for("to_pandas"):
            import pandas
        frame: pandas.DataFrame = self.table.to_pandas(types_mapper=pandas.ArrowDtype)
        return frame

    def __repr__(self) -> str:
        failed = f", {len(self.failed)} failed" if self.failed else ""
        columns = ", ".join(self.table.column_names)
        return (
            f"<Answer: {self.table.num_rows:,} rows of {len(self.outcomes)} worlds{failed};"
            f" {columns}>"
        )

    def _repr_html_(self) -> str:
        """Return the first rows for a notebook."""
        from html import escape

        head = "".join(f"<th>{escape(name)}</th>" for name in self.table.column_names)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_show(value))}</td>" for value in row.values()) + "</tr>"
            for row in self.table.slice(0, _ROWS_OF_A_PREVIEW).to_pylist()
        )
        return (
            f"<p>{escape(repr(self))}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


def _show(value: object) -> str:
    return "NULL" if value is None else str(value)
