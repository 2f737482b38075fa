"""Reading dumps to their end, without a server."""

from collections.abc import Callable, Iterable, Sequence

from rewound.catalog import Catalog, Choice, Dump, require_all
from rewound.dump.file.location import DumpFiles
from rewound.load.options import LoadOptions
from rewound.load.verification import Verification
from rewound.load.verification_workers import verify_all
from rewound.operations.dump_selection import Selection, find_dumps


def verify(
    selection: Selection,
    options: LoadOptions,
    *,
    every: bool,
    verified: Callable[[Dump, Verification], None],
    found: Callable[[Catalog, Choice], None] = lambda _catalog, _choice: None,
    read: Callable[[Sequence[DumpFiles], LoadOptions], Iterable[Verification]] = verify_all,
) -> list[tuple[Dump, Verification]]:
    """Read dumps to their end, without a server: the chosen ones, or with `every` all.

    `found` is called with the catalog before any dump is read, `verified` with each dump when it
    is done. Results are in the catalog's order. `read` verifies several dumps, by default in
    parallel processes.

    Raises:
        CatalogError: no dump is chosen.
        HostError: a process that read was killed.
    """
    catalog, choice = find_dumps(selection)
    found(catalog, choice)
    if not every:
        require_all(choice, selection.target, allows_missing=None)
    dumps = catalog.dumps if every else [chosen.dump for chosen in choice.chosen]
    by_place = {str(dump.files): dump for dump in dumps}
    results = {}
    for verification in read([dump.files for dump in dumps], options):
        verified(by_place[verification.path], verification)
        results[verification.path] = verification
    return [(dump, results[str(dump.files)]) for dump in dumps]
