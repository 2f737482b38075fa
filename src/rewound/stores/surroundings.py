"""What the environment says about stores: endpoints, plain HTTP, and where credentials are.

The libraries read most variables themselves, by the names that the stores' own programs have; here
is what they leave to their caller.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from rewound.errors import UsageError
from rewound.stores.address import StoreAddress, StoreKind, is_loopback

_ENDPOINTS = {
    StoreKind.S3: ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    StoreKind.GOOGLE: ("GOOGLE_BASE_URL",),
    StoreKind.AZURE: ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
}
_ALLOW_HTTP = {
    StoreKind.S3: "AWS_ALLOW_HTTP",
    StoreKind.GOOGLE: "GOOGLE_ALLOW_HTTP",
    StoreKind.AZURE: "AZURE_ALLOW_HTTP",
    StoreKind.HTTP: "REWOUND_ALLOW_HTTP",
}
"""The variables that allow connections without encryption; the first three are obstore's own."""
_TRUE = frozenset({"1", "true", "yes", "on"})


def allows_http(address: StoreAddress) -> bool:
    """Tell whether a store may be reached without encryption: on this host, or if it is set.

    Raises:
        UsageError: it would have to be, and is not allowed.
    """
    if address.kind not in _ALLOW_HTTP:
        return False
    variable = _ALLOW_HTTP[address.kind]
    if os.environ.get(variable, "").lower() in _TRUE:
        return True
    endpoint = urlsplit(address.root if address.kind is StoreKind.HTTP else _endpoint(address.kind))
    if endpoint.scheme != "http":
        return False
    if is_loopback(endpoint.hostname or ""):
        return True
    host = endpoint.hostname or "the endpoint"
    raise UsageError(
        f"{address}: the connection to {host} would not be encrypted",
        hint=f"use https://, or set {variable}=true if everybody on the way may read the dumps",
    )


def wants_profile() -> bool:
    """Tell whether AWS_PROFILE is what names the credentials: keys in the environment go first."""
    profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")
    return bool(profile) and not _has_keys()


def may_use_profile() -> bool:
    """Tell whether the files of profiles may have credentials, and the environment has none."""
    if _has_keys() or any(map(os.environ.get, ("AWS_SKIP_SIGNATURE", "AWS_ROLE_ARN"))):
        return False
    folder = Path("~/.aws").expanduser()
    files = [
        Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or folder / "credentials"),
        Path(os.environ.get("AWS_CONFIG_FILE") or folder / "config"),
    ]
    return any(file.expanduser().is_file() for file in files)


def has_region() -> bool:
    """Tell whether the environment names a region of AWS."""
    return any(map(os.environ.get, ("AWS_REGION", "AWS_DEFAULT_REGION")))


def _has_keys() -> bool:
    return bool(os.environ.get("AWS_ACCESS_KEY_ID"))


def _endpoint(kind: StoreKind) -> str:
    return next((os.environ[each] for each in _ENDPOINTS[kind] if os.environ.get(each)), "")
