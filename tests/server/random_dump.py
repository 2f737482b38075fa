"""Random sets of mysqldump's options, with what is sensible for a schema."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.server.random_schema import Schema

_FREE = (
    *("--hex-blob", "--skip-extended-insert", "--complete-insert", "--single-transaction"),
    *("--skip-tz-utc", "--source-data=2", "--set-gtid-purged=ON", "--order-by-primary"),
    *("--skip-add-drop-table", "--skip-add-locks", "--skip-disable-keys", "--no-autocommit"),
    *("--net-buffer-length=4096", "--skip-quick", "--column-statistics=0", "--skip-dump-date"),
    *("--skip-lock-tables", "--no-tablespaces", "--lock-all-tables"),
)


@dataclass(frozen=True, slots=True)
class DumpPlan:
    """How a dump is made: one call of mysqldump after the other, into one file."""

    calls: tuple[tuple[str, ...], ...]
    """The arguments of each call."""
    schema: str | None
    """The database to load into, where the dump names none."""
    says_its_end: bool
    """Every part of it has the closing line."""


@st.composite
def dump_plans(draw: st.DrawFn, made: Sequence[Schema]) -> DumpPlan:
    """Draw how these schemas are dumped."""
    options = draw(st.lists(st.sampled_from(_FREE), unique=True, max_size=6))
    if "--lock-all-tables" in options and "--single-transaction" in options:
        options.remove("--lock-all-tables")
    options.append(draw(st.sampled_from(["--set-gtid-purged=OFF", "--column-statistics=0"])))
    options += draw(st.sampled_from([[], [], ["--replace"], ["--insert-ignore"]]))
    options.append(f"--default-character-set={draw(_character_sets(made))}")
    if not any(schema.has_odd_names for schema in made) and draw(st.booleans()):
        # mysqldump quotes no name in what --add-drop-trigger writes.
        options.append(draw(st.sampled_from(["--skip-quote-names", "--add-drop-trigger"])))
    names = [schema.name for schema in made]
    if len(made) > 1:
        which = draw(st.sampled_from([["--databases", "--", *names]] * 4 + [["--all-databases"]]))
    elif made[0].options:
        # Only a dump with CREATE DATABASE says what the database's character set is.
        which = ["--databases", "--", *names]
    else:
        which = draw(
            st.sampled_from([["--databases", "--", *names], ["--", *names], ["--", *names]])
        )
    # The server's own event scheduler and routines come with all databases; both are needed
    # in any case, so that whatever the schemas hold is compared.
    stored_objects = ["--routines", "--events"]
    shape = draw(st.sampled_from(["one", "one", "one", "two", "compact", "no comments"]))
    says_database = which[0] != "--"
    if shape == "two":
        return DumpPlan(
            (
                (*options, "--no-data", "--skip-triggers", *stored_objects, *which),
                (*options, "--no-create-info", "--no-create-db", *which),
            ),
            schema=None,
            says_its_end=True,
        )
    if shape == "compact" and not says_database and not made[0].has_foreign_keys:
        return DumpPlan(
            (
                (*options, "--compact", "--no-data", "--skip-triggers", *stored_objects, *which),
                (*options, "--no-create-info", *which),
            ),
            schema=names[0],
            says_its_end=False,
        )
    if shape == "no comments":
        return DumpPlan(
            ((*options, "--skip-comments", *stored_objects, *which),),
            schema=None if says_database else names[0],
            says_its_end=False,
        )
    return DumpPlan(((*options, *stored_objects, *which),), schema=None, says_its_end=True)


def _character_sets(made: Sequence[Schema]) -> st.SearchStrategy[str]:
    """Draw a character set in which nothing of the schemas is lost."""
    lossless = all(schema.fits_latin1 for schema in made)
    drawn = ["utf8mb4", "utf8mb4", *(["latin1", "binary"] if lossless else [])]
    # No server takes JSON from such a dump: error 3144.
    if any(" JSON" in str(schema) for schema in made):
        drawn = [name for name in drawn if name != "binary"]
    return st.sampled_from(drawn)
