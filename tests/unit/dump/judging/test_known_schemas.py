import pytest

from rewound.dump.judging.known_schemas import KnownSchemas
from rewound.dump.settings.session import DumpSession
from rewound.dump.text.statement import Kind, Name, Statement

CREATE = b"CREATE DATABASE IF NOT EXISTS `g`"
MACHINE = (
    b"CREATE TABLE `t` (\n  `a` text\n) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4"
)


@pytest.mark.parametrize(
    ("kind", "names", "sql"),
    [
        (Kind.CREATE_TABLE, [Name(None, "t")], [CREATE, b"USE `g`"]),
        (Kind.CREATE_TABLE, [Name("g", "t")], [CREATE]),
        (Kind.USE, [Name(None, "g")], [CREATE]),
        (Kind.CREATE_DATABASE, [Name(None, "g")], []),
        (Kind.ALTER_DATABASE, [], [b"USE `g`"]),
    ],
)
def test_a_schema_is_created_and_selected_before_a_statement_needs_it(kind, names, sql):
    prefix, uses, session = KnownSchemas().enter(
        Statement(kind, b"", tuple(names)), "g", DumpSession()
    )
    assert prefix == sql
    assert [use.rule.name for use in uses] == ["database-created"] * (CREATE in sql)
    assert session.schema == ("g" if b"USE `g`" in sql else None)


def test_a_schema_that_is_there_needs_nothing_until_it_is_dropped():
    schemas, table = KnownSchemas(), Statement(Kind.CREATE_TABLE, b"", (Name(None, "t"),))
    session = schemas.follow(Statement(Kind.USE, b"", (Name(None, "g"),)), "g", DumpSession())
    assert (session.schema, schemas.created) == ("g", {"g"})
    assert schemas.enter(table, "g", session) == ([], [], session)
    drop = Statement(Kind.DROP_DATABASE, b"", (Name(None, "g"),))
    session = schemas.follow(drop, "g", session)
    assert (session.schema, schemas.created) == (None, set())
    assert schemas.enter(table, "g", session)[0] == [CREATE, b"USE `g`"]


def test_an_old_default_found_late_is_given_to_the_schema_created_for_the_dump():
    schemas, session = KnownSchemas(), DumpSession()
    table = Statement(Kind.CREATE_TABLE, MACHINE, (Name(None, "t"),))
    assert schemas.find_old_default(table, "g", session)[0] == []  # not created for the dump
    schemas.begin_next_dump()
    schemas.enter(table, "g", session)
    sql, session = schemas.find_old_default(table, "g", session)
    assert sql == [b"ALTER DATABASE `g` COLLATE utf8mb4_general_ci"]
    assert session.utf8mb4_collation == "utf8mb4_general_ci"
    assert schemas.find_old_default(table, "g", session) == ([], session)


def test_the_version_of_the_server_decides_the_collation_of_a_created_schema():
    schemas = KnownSchemas()
    session = schemas.set_source("5.7.44", DumpSession())
    table = Statement(Kind.CREATE_TABLE, MACHINE, (Name("g", "t"),))
    assert schemas.find_old_default(table, "g", session) == ([], session)
    prefix, uses, _ = schemas.enter(table, "g", session)
    assert prefix == [CREATE + b" COLLATE utf8mb4_general_ci"]
    assert [use.rule.name for use in uses] == ["database-created", "default-collation"]
