"""Every type of MySQL in every format of `rewound query`."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from rewound.cli.parameters.shared_options import FORMATS
from rewound.engine.install.installation import Installation
from rewound.files.mounts import remove_tree
from tests.conftest import Cli, Dumps

TYPES = """\
CREATE TABLE kinds (
  id INT PRIMARY KEY,
  price DECIMAL(20,5),
  huge BIGINT UNSIGNED,
  filled INT(6) ZEROFILL,
  share DOUBLE,
  at DATETIME(6),
  seen TIMESTAMP(3) NULL,
  day DATE,
  span TIME(3),
  made YEAR,
  flags BIT(10),
  doc JSON,
  place GEOMETRY SRID 4326,
  raw BLOB,
  word VARCHAR(40),
  kind ENUM('a','b,c'),
  tags SET('x','y')
);
SET sql_mode = '';
INSERT INTO kinds VALUES
  (1, 123456789012345.67890, 18446744073709551615, 42, 1.5e300, '2026-03-02 21:15:00.123456',
   '2026-03-02 21:15:00.5', '2026-03-02', '-838:59:59.000', 2026, b'1000000001', '{"a": [1, null]}',
   ST_GeomFromText('POINT(1 2)', 4326), 0x00FF27, 'Zoë, "Łukasz"', 'b,c', 'x,y'),
  (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   NULL),
  (3, -0.00001, 0, 0, -0.1, '0000-00-00 00:00:00', NULL, '2026-00-00', '100:00:00.120', 0, 0,
   'null', NULL, '', '', 'a', ''),
  (4, 0, 1, 123456, 0, '1000-01-01', '1970-01-01 00:00:01', '9999-12-31', '00:00:00', 1901, 1,
   '"NULL"', NULL, 'NULL', 'NULL', NULL, 'y');
"""
"""What a dump says; the session of a dump knows no strict mode."""
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def kinds(
    installation: Installation,
    make_folder: Callable[[], Path],
    tmp_path_factory: pytest.TempPathFactory,
    cache_dir: Path,
) -> Iterator[Cli]:
    """Two worlds with every type in them."""
    folder = tmp_path_factory.mktemp("kinds")
    dumps = Dumps(folder)
    for world in ("host1", "host2"):
        dumps.write(TYPES, name=f"{world}_fulldump_20260302_211500.sql")
    cli = Cli(make_folder(), folder, cache_dir)
    try:
        done = cli("up", folder)
        assert done.code == 0, done.stderr
        yield cli
    finally:
        cli("down")
        remove_tree(cli.state_dir)


@pytest.mark.parametrize("output_format", FORMATS)
def test_every_type_in_every_format_is_as_golden(kinds: Cli, output_format: str):
    done = kinds("query", "SELECT * FROM kinds ORDER BY id", "--format", output_format)
    assert done.code == 0, done.stderr
    assert done.stdout == (GOLDEN / f"kinds.{output_format}").read_text()
    if output_format == "json":
        assert len(json.loads(done.stdout)) == 8


@pytest.mark.parametrize("output_format", ["parquet", "arrow"])
def test_every_type_in_a_file_is_exact(kinds: Cli, tmp_path: Path, output_format: str):
    path = tmp_path / f"kinds.{output_format}"
    done = kinds("query", "SELECT * FROM kinds ORDER BY id", "--output", path)
    assert done.code == 0, done.stderr
    assert "column day is kept as text, because its type cannot hold 2026-00-00" in done.stderr
    if output_format == "parquet":
        table = parquet.read_table(path)
    else:
        table = pa.ipc.open_file(path).read_all()
    shown = "\n".join(
        f"{field.name}: {field.type}: {table.column(field.name).to_pylist()}"
        for field in table.schema
    )
    assert shown + "\n" == (GOLDEN / "kinds.typed").read_text()


def test_every_type_goes_through_the_second_sql(kinds: Cli):
    sql = "SELECT SUM(price) AS price, MAX(huge) AS huge, MIN(span) AS span, MAX(flags) AS flags"
    done = kinds(
        *("query", "SELECT * FROM kinds", "--reduce", f"{sql} FROM result", "--format", "csv")
    )
    assert done.code == 0, done.stderr
    assert done.lines[1:] == ["246913578024691.35778,18446744073709551615,-838:59:59,513"]
