"""What failed in a layer of a dump, as the `DumpError` that says which layer, and where."""

from rewound.dump.file.archive.walking import ArchiveRefused
from rewound.dump.file.compression import NeedsMemory, WrongChecksum
from rewound.dump.file.decryption import NotDecrypted
from rewound.dump.file.encryption import NoKey
from rewound.dump.file.expansion import Expansion
from rewound.dump.file.feed import LayerFailed
from rewound.dump.file.layers import MOST_LAYERS, TooManyLayers
from rewound.dump.rules.table import COMPRESSED_TOO_WELL
from rewound.errors import DumpError

LAYER_FAILURES = (LayerFailed, ArchiveRefused, NoKey, NotDecrypted, TooManyLayers)

_ANOTHER_COPY = "copy this dump again; up --fallback takes the next older one, if there is one"


def explain(
    error: Exception, location: object, *, text_bytes: int, file_bytes: int, size_bytes: int
) -> DumpError:
    """Return the error for one of LAYER_FAILURES, after so many bytes of each kind."""
    match error:
        case LayerFailed():
            return _explain_damage(error, location, (text_bytes, file_bytes, size_bytes))
        case NoKey():
            return DumpError(location, str(error), hint=error.hint)
        case ArchiveRefused():
            return DumpError(location, str(error), hint=error.hint)
        case NotDecrypted():
            return DumpError(
                location, f"{error.encryption.name} cannot decrypt it: {error}", hint=error.hint
            )
        case _:
            return DumpError(
                location,
                f"{error}; no more than {MOST_LAYERS} layers are opened",
                hint="unpack it by hand if you trust it",
            )


def refuse_expansion(location: object, expansion: Expansion) -> DumpError:
    """Return the error for a file that expands to more than any dump does."""
    return DumpError(
        location,
        f"refused by rule {COMPRESSED_TOO_WELL.name}: {expansion}",
        hint="the job that wrote it may have failed; if you trust the file, use"
        f" --allow {COMPRESSED_TOO_WELL.name}",
    )


def _explain_damage(
    error: LayerFailed, location: object, counts: tuple[int, int, int]
) -> DumpError:
    text_bytes, file_bytes, size_bytes = counts
    cause = error.__cause__
    if isinstance(cause, EOFError):
        return DumpError(
            location,
            f"the {error.layer} data is cut off: the file ends after {file_bytes:,} bytes, in the"
            " middle of it",
            hint=_ANOTHER_COPY,
        )
    if isinstance(cause, NeedsMemory):
        return DumpError(
            location,
            f"the {error.layer} data needs too much memory: {cause}",
            hint="decompress it by hand if you trust it",
        )
    if isinstance(cause, WrongChecksum):
        place = f"somewhere in its {size_bytes:,} bytes"
    elif text_bytes:
        place = f"after {text_bytes:,} bytes of text"
    else:
        place = f"in its first {file_bytes:,} bytes"
    return DumpError(
        location, f"the {error.layer} data is damaged {place}: {cause}", hint=_ANOTHER_COPY
    )
