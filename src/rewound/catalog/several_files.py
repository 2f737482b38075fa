"""Worlds that may be split into several files, where only the user can tell. Pure."""

from collections.abc import Mapping, Sequence


def describe_grid(origins: Mapping[str, Sequence[tuple[str, ...]]]) -> str | None:
    """Describe worlds that each occur in the same folders; None for other worlds.

    `origins` has, for each world, the folders that it occurs in.
    """
    folders = {tuple(sorted(of_world)) for of_world in origins.values()}
    if len(origins) < 2 or len(folders) != 1:
        return None
    hosts = ["/".join(origin) or "SOURCE itself" for origin in next(iter(folders))]
    return (
        f"{_list(hosts)} contain files of the same names: they"
        " may be moments, or hosts with one file per database"
    )


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(names[:4])
    return shown if len(names) <= 4 else f"{shown}, …"
