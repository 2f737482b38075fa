"""One file of a store, by its address and as it was when it was listed. Pure."""

from dataclasses import dataclass, field
from posixpath import basename, dirname, splitext


@dataclass(frozen=True, slots=True, order=True)
class RemoteFile:
    """One file of a store; or, without a size, a folder of them."""

    url: str
    """Its whole address, without anything secret, such as `s3://backups/host1/2024.sql.gz`."""
    size_bytes: int | None = None
    etag: str | None = None
    """The store's mark of its contents; None if the store gives none."""
    version: str | None = None
    modified_us: int | None = None
    """When the store last changed it, in microseconds since 1970; None if it does not say."""
    secret_url: str | None = field(default=None, repr=False, compare=False)
    """The address with the user and the query that it was given with; never show it or log it."""

    def __str__(self) -> str:
        return self.url

    @property
    def name(self) -> str:
        """The last part of its address."""
        return basename(self.url.rstrip("/"))

    @property
    def suffix(self) -> str:
        """The ending of its name, with the dot."""
        return splitext(self.name)[1]

    @property
    def parent(self) -> "RemoteFile":
        """The folder that it is in."""
        return RemoteFile(dirname(self.url.rstrip("/")))
