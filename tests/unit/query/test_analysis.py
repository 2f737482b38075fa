"""What is said where a library of the extra `analysis` is missing."""

import importlib

import pytest

from rewound.errors import HostError
from rewound.query.analysis import needed_for


@pytest.mark.parametrize("name", ["pyarrow", "pyarrow.compute", "duckdb"])
def test_a_missing_library_is_named_with_what_installs_it(name: str):
    library = name.partition(".")[0]
    raised = pytest.raises(HostError, match=f"--reduce needs {library}, which")
    with raised as caught, needed_for("--reduce"):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    assert caught.value.hint == "install it: pip install 'rewound[analysis]'"


def test_another_missing_module_is_a_mistake_of_ours():
    with pytest.raises(ModuleNotFoundError), needed_for("--reduce"):
        importlib.import_module("rewound.nowhere")
