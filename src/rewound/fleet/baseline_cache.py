"""The baselines on disk: kept, acquired, listed and removed.

Layout below the cache folder, all of it for the user alone:

    baselines/KEY/baseline.json   what it is: `Baseline`; only a proof is ever added to it
    baselines/KEY/data/           data that no server wrote to when it was taken; nothing changes it
    baselines/KEY/counted         a server was started on a clone of it, and all rows were counted
    baselines/KEY/original.json   what the world of that server was known by: `Original`
    baselines/KEY/leases/         the fleets that may be reset to it: `baseline_leases`
    baselines/making-*            one that is being written, or was when its maker died
    hashes/                       SHA-256 of dumps that were read before

A baseline is complete or absent: it is written under another name, synced to disk, and renamed.
Its folder is locked while it is written or started from.
"""

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from rewound.engine.cloning import DATA, PROBE, UUID_FILE, disk_bytes
from rewound.files.json_files import decode, encode, write_file
from rewound.files.locks import is_in_use, locked_alone, locked_with_others, new_folder
from rewound.files.mounts import list_mounts, remove_tree
from rewound.files.states import FileState
from rewound.files.writing import sync, unwritable
from rewound.fleet.baseline import Baseline, CacheEntry, Origin, find_damage
from rewound.fleet.baseline_leases import lease, list_leases, release
from rewound.fleet.changes import Original
from rewound.fleet.content_hash import HashMemory
from rewound.load.ledger import DeepProof, Ledger
from rewound.load.log_receipt import LogReceipt

_KEY = re.compile(r"[0-9a-f]{64}")
_DESCRIPTION = "baseline.json"
_COUNTED = "counted"
_ORIGINAL = "original.json"
_MAKING = "making-"
_GOING = "going-"
_UNWRITABLE_HINT = "free some space there, or set REWOUND_CACHE_DIR to a folder that can be written"


class BaselineCache:
    """Guards the folder of baselines, which all fleets and commands share."""

    def __init__(self, cache: Path, *, fleet: Path | None = None) -> None:
        """Use the baselines below a cache folder.

        `fleet` is the folder of the fleet that gets a lease of what is acquired and kept.
        """
        self.folder = cache / "baselines"
        self.hashes = HashMemory(cache / "hashes")
        self._fleet = fleet

    def prepare(self) -> None:
        """Make the folder, and remove what killed commands left half made."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.folder, error, hint=_UNWRITABLE_HINT) from error
        for leftover in self._iter_unfinished():
            self._remove_unused(leftover)

    def find_unfinished(self) -> list[Path]:
        """Return what killed commands left half made or half deleted, and nobody works on."""
        return [folder for folder in self._iter_unfinished() if not is_in_use(folder)]

    def data(self, key: str) -> Path:
        """Return the data directory of a baseline."""
        return self.folder / key / DATA

    def dump_sizes(self) -> frozenset[int]:
        """Return the sizes of all dumps that have a baseline: others need no hash."""
        described = (self._describe(folder.name) for folder in self._iter_folders())
        return frozenset(each.ledger.dump.file_bytes for each in described if each is not None)

    @contextmanager
    def acquire(self, key: str, *, note: Callable[[str], None]) -> Iterator[Baseline | None]:
        """Give a baseline to start a world from; while the block runs it is not removed.

        A damaged one is removed, reported to `note`, and None is returned.
        """
        with locked_with_others(self.folder / key) as is_there:
            baseline, damage = self._look_at(key) if is_there else (None, None)
            if baseline is not None:
                with contextlib.suppress(OSError):  # the cache may be read-only
                    os.utime(self.folder / key / _DESCRIPTION)
                self._lease(key)
                yield baseline
        if baseline is None:
            if damage is not None:
                note(f"its baseline was damaged and has been discarded: {damage}")
                self.remove(key)
            yield None

    @contextmanager
    def making(self) -> Iterator[Path]:
        """Give an empty folder for a baseline; what is not kept in the block is removed."""
        with ExitStack() as stack:
            try:
                making = stack.enter_context(new_folder(self.folder, _MAKING))
            except OSError as error:
                raise unwritable(self.folder, error, hint=_UNWRITABLE_HINT) from error
            yield making

    def keep(self, making: Path, origin: Origin, ledger: Ledger) -> None:
        """Turn a folder that holds `data/` into the baseline of an origin.

        If another command was faster, its baseline is kept.

        Raises:
            HostError: it could not be written.
        """
        try:
            (making / DATA / UUID_FILE).unlink(missing_ok=True)
            files, size_bytes = _seal(making / DATA)
            baseline = Baseline(origin, datetime.now(UTC), size_bytes, files, ledger)
            write_file(making / _DESCRIPTION, encode(baseline))
            sync(making)
            with locked_with_others(self.folder / origin.key) as is_there:
                if not is_there:
                    making.rename(self.folder / origin.key)
                    sync(self.folder)
                self._lease(origin.key)
        except OSError as error:
            raise unwritable(making, error, hint=_UNWRITABLE_HINT) from error

    def note_proof(self, key: str, proof: DeepProof) -> None:
        """Record in a baseline's ledger that a second load gave the same, if possible."""
        with locked_with_others(self.folder / key) as is_there:
            baseline = self._describe(key) if is_there else None
            if baseline is not None:
                proven = replace(baseline, ledger=replace(baseline.ledger, deep=proof))
                with contextlib.suppress(OSError):  # the cache may be read-only
                    write_file(self.folder / key / _DESCRIPTION, encode(proven))

    def list_replayed(
        self, origin: Origin, *, has_compared_rows: bool
    ) -> dict[tuple[str, ...], LogReceipt]:
        """Return the receipts of all baselines of an origin at other moments of its logs."""
        found = {}
        for folder in self._iter_folders():
            baseline = self._describe(folder.name)
            receipt = None if baseline is None else baseline.ledger.receipt
            if baseline is None or receipt is None:
                continue
            wanted = replace(
                origin,
                replayed=baseline.origin.replayed,
                has_compared_rows=has_compared_rows,
            )
            if baseline.origin == wanted:
                found[baseline.origin.replayed] = receipt
        return found

    def is_counted(self, key: str) -> bool:
        """Tell whether a clone of it was started and counted; from then on a look is enough."""
        return (self.folder / key / _COUNTED).exists()

    def mark_counted(self, key: str, original: Original) -> None:
        """Remember that a clone of it holds, started again, what its ledger says.

        `original` is what that world is known by.
        """
        with contextlib.suppress(OSError):  # the cache may be read-only
            if self.find_original(key) is None:
                write_file(self.folder / key / _ORIGINAL, encode(original))
            if not self.is_counted(key):
                (self.folder / key / _COUNTED).touch(mode=0o600)

    def find_original(self, key: str) -> Original | None:
        """Return what all worlds that start from a counted baseline are known by, if it is kept."""
        try:
            return decode((self.folder / key / _ORIGINAL).read_bytes(), Original)
        except (OSError, ValueError):
            return None

    def entries(self, users: Mapping[str, list[str]]) -> list[CacheEntry]:
        """Return all baselines, the one used last first; `users` says which worlds need which."""
        entries = []
        for folder in self._iter_folders():
            baseline = self._describe(folder.name)
            place = folder if baseline is None else folder / _DESCRIPTION
            with contextlib.suppress(FileNotFoundError):  # removed just now
                used_at = datetime.fromtimestamp(place.stat().st_mtime, UTC)
                entries.append(
                    CacheEntry(
                        key=folder.name,
                        dump=None
                        if baseline is None
                        else PurePosixPath(baseline.ledger.dump.path).name,
                        size_bytes=disk_bytes(folder) if baseline is None else baseline.size_bytes,
                        made_at=used_at if baseline is None else baseline.made_at,
                        used_at=used_at,
                        users=tuple(users.get(folder.name, ())),
                    )
                )
        return sorted(entries, key=lambda entry: entry.used_at, reverse=True)

    def list_keys(self) -> list[str]:
        """Return the keys of all baselines."""
        return [folder.name for folder in self._iter_folders()]

    def list_leases(self, key: str) -> list[Path]:
        """Return the folders of all fleets that exist and have a lease of a baseline."""
        return list_leases(self.folder / key)

    def release(self, fleet: Path) -> None:
        """Forget all leases of a fleet, given by its folder."""
        for folder in self._iter_folders():
            release(folder, fleet)

    def remove(self, key: str) -> bool:
        """Remove a baseline; tell whether it is gone. One that is in use stays."""
        return self._remove_unused(self.folder / key)

    def evict(self, key: str, *, is_needed: Callable[[Path], bool]) -> bool:
        """Remove a baseline, unless it is in use, or needed by a fleet that has a lease of it."""

        def is_unneeded() -> bool:
            return not any(is_needed(fleet) for fleet in self.list_leases(key))

        return self._remove_unused(self.folder / key, only_if=is_unneeded)

    def _lease(self, key: str) -> None:
        if self._fleet is not None:
            lease(self.folder / key, self._fleet)

    def _iter_unfinished(self) -> Iterator[Path]:
        for prefix in (_MAKING, _GOING, PROBE):
            yield from self.folder.glob(f"{prefix}*")

    def _iter_folders(self) -> Iterator[Path]:
        return (folder for folder in self.folder.glob("*") if _KEY.fullmatch(folder.name))

    def _describe(self, key: str) -> Baseline | None:
        """Return a baseline's description, without checking that its files exist."""
        try:
            return decode((self.folder / key / _DESCRIPTION).read_bytes(), Baseline)
        except (OSError, ValueError):
            return None

    def _look_at(self, key: str) -> tuple[Baseline | None, str | None]:
        """Return a baseline that is whole, or None and what is wrong with it."""
        baseline = self._describe(key)
        if baseline is None:
            return None, "its description is unreadable"
        damage = find_damage(baseline, key, _list_files(self.data(key)))
        return (baseline, None) if damage is None else (None, damage)

    def _remove_unused(self, folder: Path, *, only_if: Callable[[], bool] = lambda: True) -> bool:
        """Remove a folder that nobody uses; `only_if` is asked once nobody can begin to."""
        lowers = {mount.lower for mount in list_mounts()}
        if (folder / DATA).resolve() in lowers:
            return False
        going = folder.with_name(f"{_GOING}{folder.name.removeprefix(_GOING)}")
        try:
            with locked_alone(folder, waits=False) as is_there:
                if is_there and not only_if():
                    return False
                if is_there:
                    folder.rename(going)
                    remove_tree(going)
        except BlockingIOError:
            return False
        return True


def _list_files(data: Path) -> dict[str, FileState]:
    """Return every file below a folder, by its path in there."""
    return {
        str(path.relative_to(data)): _look_at_file(path)
        for path in data.rglob("*")
        if not path.is_dir()
    }


def _look_at_file(path: Path) -> FileState:
    stat = path.lstat()
    return FileState(stat.st_size, stat.st_mtime_ns)


def _seal(data: Path) -> tuple[dict[str, FileState], int]:
    """Make a data directory the user's alone and durable; return its files, and its size."""
    for path in (data, *data.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        sync(path)
    return _list_files(data), disk_bytes(data)
