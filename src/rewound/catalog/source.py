"""SOURCE: a folder of dumps or one dump, on this host or in a store. Pure."""

from pathlib import Path, PurePosixPath

from rewound.stores.address import StoreAddress, parse_address

Source = Path | StoreAddress


def read_source(text: str | Path) -> Source:
    """Return what a user names: a URL is a store's, everything else is a path.

    Raises:
        UsageError: the URL is not one of a store.
    """
    if isinstance(text, Path):
        return text
    return parse_address(text) or Path(text)


def find_absolute_source(source: Source) -> str:
    """Return a source as it is kept for later commands, which may run in other folders.

    What is secret in a URL is not kept.
    """
    return str(source.absolute() if isinstance(source, Path) else source)


def find_source_name(source: Source) -> str:
    """Return the name of the folder that a source is."""
    if isinstance(source, Path):
        return source.absolute().name
    return PurePosixPath(source.key).name or source.host
