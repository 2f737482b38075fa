"""Files that are one if they are joined: `x.sql.gz.aa`, `x.sql.gz.001`, `x.part1.sql`. Pure.

Rotations are told from pieces: `x.sql.1`, `x.sql.2` are moments, since `split` begins with 0s; and
numbered files that `split` cannot have made, because their sizes differ, are not joined. A piece
that is missing is named, and then none of the others is used.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from rewound.catalog.dump import NotUnderstood
from rewound.catalog.walk import SourceFile
from rewound.dump.file.location import JoinedFiles, Location
from rewound.stores.remote_file import RemoteFile

_ENDING = (
    r"\.(?:sql|mysql|sqldump|dump|dmp|gz|gzip|zst|zstd|xz|bz2|lz4|tar|tgz|zip|age|gpg|pgp|enc)"
)
_LETTERS = re.compile(
    rf"(?P<whole>.*{_ENDING})(?P<mark>[-_.]?)(?P<letters>[a-z]{{2,4}})", re.IGNORECASE
)
_NUMBER = re.compile(rf"(?P<whole>.*{_ENDING})(?P<mark>[-_.]?)(?P<number>[0-9]{{2,5}})", re.I)
_PART = re.compile(
    rf"(?P<whole>.*{_ENDING})(?P<mark>[-_.]part[-_.]?)(?P<place>[0-9]{{1,5}}|[a-z]{{2}})",
    re.IGNORECASE,
)
_PART_INSIDE = re.compile(
    r"(?P<before>.*[^-_.])(?P<mark>[-_.]part[-_.]?)(?P<number>[0-9]{1,4})"
    rf"(?:[-_.]?of[-_.]?(?P<count>[0-9]{{1,4}}))?(?P<after>\.sql(?:{_ENDING})*)",
    re.IGNORECASE,
)
_WORDS = frozenset(
    {"ok", "gz", "xz", "old", "bak", "md5", "sha", "tmp", "new", "log", "sql", "txt"}
)


@dataclass(frozen=True, slots=True)
class _PieceName:
    """What the name of a file says about its place among the pieces."""

    folder: PurePosixPath
    whole: str
    mark: str
    width: int
    """How long the place is written; 0 if numbers are not padded."""
    place: int
    written: str
    """The place as written, after the mark."""
    kind: str
    count: int | None = None
    """How many there are, if the name says so."""


def join_pieces(
    files: Iterable[SourceFile], is_dump: Callable[[Location], bool] | None
) -> tuple[list[SourceFile], list[NotUnderstood]]:
    """Return the files with each series of pieces as one, and pieces that cannot be joined.

    `is_dump` tells from the content whether a numbered file is a dump of its own.
    """
    kept: list[SourceFile] = []
    series: dict[tuple[object, ...], list[tuple[_PieceName, SourceFile]]] = defaultdict(list)
    for file in files:
        piece = _read_piece(file.relative)
        if piece is None or not isinstance(file.location, Path | RemoteFile):
            kept.append(file)
        else:
            key = (piece.folder, piece.whole, piece.mark, piece.width, piece.kind)
            series[key].append((piece, file))
    lost: list[NotUnderstood] = []
    names = {file.relative for file in kept}
    for pieces in series.values():
        pieces.sort(key=lambda each: each[0].place)
        whole = pieces[0][0].folder / pieces[0][0].whole
        if not _are_pieces(pieces):
            kept += [file for _, file in pieces]
        elif (reason := _find_problem(pieces, whole in names, is_dump)) is not None:
            lost += [NotUnderstood(file.location, reason) for _, file in pieces]
        else:
            kept.append(_join(whole, [file for _, file in pieces]))
    return sorted(kept, key=lambda file: file.relative), lost


def _join(whole: PurePosixPath, files: Sequence[SourceFile]) -> SourceFile:
    pieces = tuple(file.location for file in files if isinstance(file.location, Path | RemoteFile))
    size_bytes = sum(file.size_bytes for file in files)
    return SourceFile(JoinedFiles(pieces, whole.name), whole, size_bytes, files[0].file_id)


def _read_piece(relative: PurePosixPath) -> _PieceName | None:
    folder, name = relative.parent, relative.name
    if match := _PART.fullmatch(name):
        return _make_piece(folder, match["whole"], match["mark"], match["place"], "part")
    if match := _PART_INSIDE.fullmatch(name):
        piece = _make_piece(
            folder, match["before"] + match["after"], match["mark"], match["number"], "inside"
        )
        count = None if match["count"] is None else int(match["count"])
        return replace(piece, count=count)
    if match := _NUMBER.fullmatch(name):
        return _make_piece(folder, match["whole"], match["mark"], match["number"], "number")
    if (match := _LETTERS.fullmatch(name)) and match["letters"].lower() not in _WORDS:
        return _make_piece(folder, match["whole"], match["mark"], match["letters"], "letters")
    return None


def _make_piece(
    folder: PurePosixPath, whole: str, mark: str, written: str, kind: str
) -> _PieceName:
    width = 0 if kind in ("part", "inside") and written.isdigit() else len(written)
    return _PieceName(folder, whole, mark.lower(), width, _read_place(written), written, kind)


def _read_place(written: str) -> int:
    """Return the place that digits or letters count: aa is 0, ab is 1, ba is 26."""
    if written.isdigit():
        return int(written)
    place = 0
    for letter in written.lower():
        place = place * 26 + ord(letter) - ord("a")
    return place


def _write_place(piece: _PieceName, place: int) -> str:
    if piece.written.isdigit():
        text = str(place).zfill(len(piece.written) if piece.written[0] == "0" else piece.width)
    else:
        letters = []
        for _ in piece.written:
            place, letter = divmod(place, 26)
            letters.append(chr(ord("a") + letter))
        text = "".join(reversed(letters))
    if piece.kind == "inside":
        return f"{piece.mark}{text}"
    return f"{piece.whole}{piece.mark}{text}"


def _are_pieces(pieces: Sequence[tuple[_PieceName, SourceFile]]) -> bool:
    """Tell whether files with such places are pieces, rather than moments of a rotation."""
    first, kind = pieces[0][0], pieces[0][0].kind
    if kind == "number":
        # Numbers without a 0 before them are those of a rotation; so is a lone one.
        return len(pieces) > 1 and any(p.written[0] == "0" or p.width == 3 for p, _ in pieces)
    if kind == "letters":
        # Else .aa and .bak would be of one kind.
        return len(pieces) > 1 and all(piece.place < 26 * len(pieces) for piece, _ in pieces)
    return len(pieces) > 1 or (first.count or 0) > 1


def _find_problem(
    pieces: Sequence[tuple[_PieceName, SourceFile]],
    has_whole: bool,
    is_dump: Callable[[Location], bool] | None,
) -> str | None:
    """Return why the pieces of one series cannot be joined; None if they can."""
    first = pieces[0][0]
    places = [piece.place for piece, _ in pieces]
    if has_whole:
        return f"one piece of {first.whole}, which is here in one file too"
    if len(set(places)) < len(places):
        return f"one piece of {first.whole}, of which the same piece is here twice"
    begin = 0 if first.kind == "letters" or not first.written.isdigit() else min(places[0], 1)
    end = max(places[-1] + 1, begin + (first.count or 0))
    missing = [_write_place(first, place) for place in range(begin, end) if place not in {*places}]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return f"one piece of {first.whole}, of which {missing[0]}{more} is missing"
    if first.kind != "number":
        return None
    sizes = [file.size_bytes for _, file in pieces]
    is_second_whole = is_dump is not None and is_dump(pieces[1][1].location)
    if is_second_whole or len({*sizes[:-1]}) > 1 or sizes[-1] > sizes[0]:
        why = "each a dump" if is_second_whole else "of different sizes"
        return (
            f"one of several numbered files, {why}, so hardly one part of a split dump; if they"
            f" are parts, join them: cat {first.whole}?* > {first.whole}; if each is a moment,"
            " rename them, as in NAME_2024-06-18.sql"
        )
    return None
