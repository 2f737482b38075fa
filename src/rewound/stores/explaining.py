"""What users read when a store fails: what, which, why, and what to do next. Pure."""

from collections.abc import Mapping

from rewound.errors import CatalogError, DumpError
from rewound.figures import show_count
from rewound.stores.address import StoreAddress, StoreKind
from rewound.stores.faults import FaultKind, StoreFault
from rewound.stores.remote_file import RemoteFile

_REASONS: Mapping[FaultKind, str] = {
    FaultKind.NO_BUCKET: "there is no such {bucket}",
    FaultKind.NOT_FOUND: "there is no such {file}",
    FaultKind.DENIED: "access denied",
    FaultKind.BAD_CREDENTIALS: "the store does not accept the credentials",
    FaultKind.EXPIRED: "the credentials have expired",
    FaultKind.NO_CREDENTIALS: "no credentials were found",
    FaultKind.THROTTLED: "the store refused too many requests, also after pauses",
    FaultKind.ARCHIVED: "the object is archived, so it cannot be read at once",
    FaultKind.REPLACED: "it was replaced since it was listed",
    FaultKind.WRONG_REGION: "the bucket is in another region",
    FaultKind.CLOCK_SKEW: "the clock of this host differs too much from the store's",
    FaultKind.TLS: "no encrypted connection",
    FaultKind.NO_SUCH_HOST: "the name of the host is not known",
    FaultKind.REFUSED: "no connection: nothing answers at that address",
    FaultKind.TIMEOUT: "the store does not answer",
    FaultKind.BROKEN: "the connection broke, and could not be made again",
    FaultKind.UNAVAILABLE: "the store is not available",
    FaultKind.HOST_KEY: "the key of the host is unknown or has changed",
    FaultKind.LOGIN: "the host does not accept the login",
    FaultKind.BAD_NAME: "an object has a name with empty parts or dots, which cannot be listed",
    FaultKind.SETTINGS: "the settings for this store are not usable",
    FaultKind.OTHER: "the store failed",
}

_HINTS: Mapping[FaultKind, str] = {
    FaultKind.NO_BUCKET: "check its name, and the account or the endpoint",
    FaultKind.NOT_FOUND: "check the address; names are case-sensitive",
    FaultKind.DENIED: "the account needs the right to list and to read there",
    FaultKind.THROTTLED: "try again later, or restore fewer worlds at a time with --worlds",
    FaultKind.ARCHIVED: "restore the object from the archive first, then try again",
    FaultKind.REPLACED: "run the command again to read what is there",
    FaultKind.CLOCK_SKEW: "set the clock, for example by NTP",
    FaultKind.TLS: "to trust your own CA, set SSL_CERT_FILE to its certificate",
    FaultKind.NO_SUCH_HOST: "check the address and the endpoint",
    FaultKind.REFUSED: "check the address and the endpoint, and whether a firewall is between",
    FaultKind.TIMEOUT: "check the network, then try again",
    FaultKind.BROKEN: "check the network, then try again",
    FaultKind.UNAVAILABLE: "try again later",
    FaultKind.HOST_KEY: (
        "check the host's fingerprint, then add its key to ~/.ssh/known_hosts: ssh HOST"
    ),
    FaultKind.BAD_NAME: "rename the object, or name a folder that it is not in",
    FaultKind.LOGIN: "try it: sftp HOST; the user and the key are those of ~/.ssh/config",
}

_CREDENTIALS: Mapping[StoreKind, str] = {
    StoreKind.S3: (
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; AWS_PROFILE and ~/.aws are read where"
        " boto3 is installed; AWS_SKIP_SIGNATURE=true reads public buckets"
    ),
    StoreKind.GOOGLE: (
        "set GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_SERVICE_ACCOUNT, or run: gcloud auth"
        " application-default login; GOOGLE_SKIP_SIGNATURE=true reads public buckets"
    ),
    StoreKind.AZURE: (
        "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY or AZURE_STORAGE_SAS_TOKEN,"
        " or run: az login, and set AZURE_USE_AZURE_CLI=true"
    ),
    StoreKind.HTTPS: "check the user or the signature in the URL",
    StoreKind.HTTP: "check the user or the signature in the URL",
    StoreKind.SFTP: "the user and the key are those of ~/.ssh/config",
}
_ABOUT_CREDENTIALS = frozenset(
    {FaultKind.BAD_CREDENTIALS, FaultKind.EXPIRED, FaultKind.NO_CREDENTIALS}
)
_SETTINGS: Mapping[StoreKind, str] = {
    StoreKind.S3: "check the variables AWS_…, and ~/.aws/config if AWS_PROFILE is set",
    StoreKind.GOOGLE: "check the variables GOOGLE_… and the file of the service account",
    StoreKind.AZURE: "check the variables AZURE_…; AZURE_STORAGE_ACCOUNT_NAME is required",
    StoreKind.SFTP: "check ~/.ssh/config",
}
_FILES = {StoreKind.SFTP: "file or folder", StoreKind.HTTPS: "file", StoreKind.HTTP: "file"}


def listing_error(address: StoreAddress, fault: StoreFault) -> CatalogError:
    """Return the error of a place that could not be listed."""
    return CatalogError(f"{address}: {_reason(address.kind, fault)}", hint=_hint(address, fault))


def reading_error(
    file: RemoteFile, address: StoreAddress, fault: StoreFault, *, position: int
) -> DumpError:
    """Return the error of a file that could not be read on, after `position` bytes of it."""
    reason = _reason(address.kind, fault)
    if position and fault.kind is FaultKind.REPLACED:
        reason = f"it was replaced while it was read{_detail(fault)}"
    elif position and fault.kind is FaultKind.NOT_FOUND:
        reason = "it was deleted while it was read"
    if position:
        reason += f", after {show_count(position, 'byte')}"
    return DumpError(file, reason, hint=_hint(address, fault))


def _reason(kind: StoreKind, fault: StoreFault) -> str:
    bucket = "container" if kind is StoreKind.AZURE else "bucket"
    files = _FILES.get(kind, "object or folder")
    return _REASONS[fault.kind].format(bucket=bucket, file=files) + _detail(fault)


def _detail(fault: StoreFault) -> str:
    return f" ({fault.detail.rstrip('.')})" if fault.detail else ""


def _hint(address: StoreAddress, fault: StoreFault) -> str | None:
    if fault.kind is FaultKind.WRONG_REGION:
        return "set AWS_REGION to the region of the bucket"
    if fault.kind is FaultKind.SETTINGS:
        return _SETTINGS.get(address.kind)
    if fault.kind is FaultKind.EXPIRED and address.kind is StoreKind.S3:
        return f"log in again, for example: aws sso login; or {_CREDENTIALS[address.kind]}"
    if fault.kind in _ABOUT_CREDENTIALS:
        return _CREDENTIALS[address.kind]
    if fault.kind is FaultKind.DENIED and address.kind.is_web:
        return _CREDENTIALS[address.kind]
    return _HINTS.get(fault.kind, "").replace("HOST", address.host) or None
