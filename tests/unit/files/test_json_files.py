"""Our values as JSON, also in many threads at once."""

import threading
from dataclasses import make_dataclass
from pathlib import Path

import pytest

from rewound.files.json_files import decode, encode


def test_many_threads_may_read_a_type_for_the_first_time_at_once():
    inner = make_dataclass("Inner", [(f"field{n}", int) for n in range(30)])
    for round_ in range(20):
        fields = [(f"part{n}", inner) for n in range(10)]
        outer = make_dataclass(f"Outer{round_}", [*fields, ("path", Path)])
        value = outer(*(inner(*range(30)) for _ in range(10)), Path("/x"))
        content, together = encode(value), threading.Barrier(8)
        found: list[object] = []

        def read(kind=outer, content=content, together=together, found=found):
            together.wait()
            found.append(decode(content, kind))

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [value] * 8


def test_what_is_of_another_type_is_a_value_error():
    with pytest.raises(ValueError, match="Expected"):
        decode(b"[]", make_dataclass("Kind", [("a", int)]))
