"""Writing Arrow tables to files."""

from typing import BinaryIO

import pyarrow as pa


def write_table(table: pa.Table, out: BinaryIO, file_format: str) -> None:
    """Write a table as `parquet`, or as `arrow`: the file format of Arrow's IPC, also Feather."""
    if file_format == "parquet":
        from pyarrow import parquet

        parquet.write_table(table, out, compression="zstd")
        return
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
