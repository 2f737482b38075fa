"""Random schemas: tables that refer to each other, views over views, and stored stored_objects."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.server.random_table import Table, names, quote_identifier, tables

# Bodies that a reader of dumps could stumble over: every delimiter, quote and comment.
_BODIES = (
    "SET @x = ';; it''s; $$ //';",
    'SET @x = "a;b"; /* ; \' */ SET @y = 1;',
    "-- don't; stop\n  SET @x = 1; # it's\n  SET @y = 2;",
    "BEGIN DECLARE `a;b` INT DEFAULT 1; SET @x = `a;b`; END;",
    "IF @x > 1 THEN SET @x = '\\'; DELIMITER ;;\n'; END IF;",
    "SET @x = '語 ä \\\\';",
)
_ACTIONS = ("CASCADE", "SET NULL", "NO ACTION")


@dataclass(frozen=True, slots=True)
class Schema:
    """One database: what makes it, and what a dump of it has to respect."""

    name: str
    options: str
    """Of CREATE DATABASE."""
    statements: tuple[str, ...]
    """To be run in it, one after the other."""
    fits_latin1: bool
    """A dump in latin1 loses nothing of it."""
    has_odd_names: bool
    has_foreign_keys: bool

    def __str__(self) -> str:
        make = f"CREATE DATABASE {quote_identifier(self.name)}{self.options}"
        return ";\n".join([make, f"USE {quote_identifier(self.name)}", *self.statements])


@st.composite
def schemas(draw: st.DrawFn, number: int) -> Schema:
    """Draw one schema, with what is in it."""
    odd = draw(st.booleans())
    # Where only its header names the database, a dump loses what follows a line's end; and
    # it is read without white space before the name, which is a known defect.
    name = draw(names(number, odd=odd)).replace("\n", "").lstrip()
    made = [draw(tables(place, odd_names=odd)) for place in range(draw(st.integers(1, 3)))]
    foreign_keys = draw(_foreign_keys(made))
    bodies = st.sampled_from(_BODIES if odd else [body for body in _BODIES if body.isascii()])
    views = draw(_views(made, odd=odd))
    stored_objects = draw(_stored_objects(made, bodies, odd=odd))
    inserts = [insert for table in made for insert in table.inserts]
    creates = [table.create for table in made]
    return Schema(
        name=name,
        options=draw(st.sampled_from(["", "", " CHARACTER SET latin1", " COLLATE utf8mb4_bin"])),
        statements=(*creates, *foreign_keys, *inserts, *views, *stored_objects),
        fits_latin1=not odd and all(table.fits_latin1 for table in made),
        has_odd_names=odd,
        has_foreign_keys=bool(foreign_keys),
    )


@st.composite
def _foreign_keys(draw: st.DrawFn, made: Sequence[Table]) -> list[str]:
    """Draw references between tables, circular ones and ones to the table itself too."""
    able = [table for table in made if table.can_have_foreign_keys]
    statements = []
    for number, table in enumerate(able):
        if draw(st.booleans()):
            continue
        parent = draw(st.sampled_from(able))
        statements.append(
            f"ALTER TABLE {quote_identifier(table.name)} ADD COLUMN parent INT NULL,"
            f" ADD CONSTRAINT `fk ; {number}` FOREIGN KEY (parent)"
            f" REFERENCES {quote_identifier(parent.name)} (id)"
            f" ON DELETE {draw(st.sampled_from(_ACTIONS))}"
        )
    return statements


@st.composite
def _views(draw: st.DrawFn, made: Sequence[Table], *, odd: bool) -> list[str]:
    """Draw views; the later ones may be over the earlier ones, and names do not tell which."""
    sources = [(table.name, table.column) for table in made]
    statements = []
    for number in range(draw(st.integers(0, 3))):
        source, column = draw(st.sampled_from(sources))
        view = draw(names(200 - number, odd=odd))
        options = draw(st.sampled_from(["", "ALGORITHM=MERGE ", "SQL SECURITY INVOKER "]))
        statements.append(
            f"CREATE {options}VIEW {quote_identifier(view)} AS SELECT 'it''s; --' AS `x;y`,"
            f" {quote_identifier(column)} AS `v;{number}` FROM {quote_identifier(source)}"
        )
        sources.append((view, f"v;{number}"))
    return statements


@st.composite
def _stored_objects(
    draw: st.DrawFn, made: Sequence[Table], bodies: st.SearchStrategy[str], *, odd: bool
) -> list[str]:
    statements = []
    if draw(st.booleans()):
        name = quote_identifier(draw(names(300, odd=odd)))
        words = draw(st.sampled_from(["", " DETERMINISTIC COMMENT 'it''s; x'", " READS SQL DATA"]))
        statements.append(f"CREATE PROCEDURE {name} (IN a INT, OUT `b;` TEXT){words}\n"
                          f"BEGIN\n  {draw(bodies)}\nEND")  # fmt: skip
    if draw(st.booleans()):
        name = quote_identifier(draw(names(301, odd=odd)))
        statements.append(f"CREATE FUNCTION {name} (a VARCHAR(9)) RETURNS INT NO SQL\n"
                          f"BEGIN\n  {draw(bodies)}\n  RETURN 1;\nEND")  # fmt: skip
    for number, table in enumerate(made):
        if draw(st.booleans()):
            name = quote_identifier(draw(names(310 + number, odd=odd)))
            moment = draw(st.sampled_from(["BEFORE INSERT", "AFTER INSERT", "BEFORE DELETE"]))
            statements.append(f"CREATE TRIGGER {name} {moment} ON {quote_identifier(table.name)}"
                              f" FOR EACH ROW\nBEGIN\n  {draw(bodies)}\nEND")  # fmt: skip
    if draw(st.booleans()):
        # For an event with `;;` in its text, mysqldump looks for another delimiter for ever.
        name = quote_identifier(draw(names(320, odd=odd)).replace(";;", ";"))
        state = draw(st.sampled_from(["ENABLE", "DISABLE"]))
        bodies = bodies.filter(lambda body: ";;" not in body)
        schedule = "ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01'"
        statements.append(f"CREATE EVENT {name} {schedule} {state} COMMENT 'it''s; x' DO\n"
                          f"BEGIN\n  {draw(bodies)}\nEND")  # fmt: skip
    return statements
