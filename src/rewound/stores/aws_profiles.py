"""The only door to boto3, which reads the profiles of AWS where it is installed.

obstore reads keys from the environment and from the metadata of machines and containers, but not
`~/.aws/config`: neither profiles nor SSO. Tried on obstore 0.12.1.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from rewound.stores.faults import FaultKind, StoreFault

if TYPE_CHECKING:
    from obstore.store import S3Credential

_ASKED_AGAIN_AFTER = timedelta(minutes=10)
"""boto3 refreshes what expires by itself, if it is asked."""
_EXPIRED = frozenset({"TokenRetrievalError", "UnauthorizedSSOTokenError", "SSOTokenLoadError"})


def read_profile() -> "tuple[Callable[[], S3Credential] | None, str | None]":
    """Return what gives the credentials of the profile, and its region; None for what it lacks.

    Raises:
        StoreFault: there is no such profile, or its credentials have expired.
    """
    try:
        session = boto3.Session()
        credentials = session.get_credentials()
        if credentials is None:
            return None, session.region_name
        credentials.get_frozen_credentials()
    except (BotoCoreError, ClientError) as error:
        raise _read_error(error) from None

    def give() -> "S3Credential":
        frozen = credentials.get_frozen_credentials()
        return {
            "access_key_id": frozen.access_key,
            "secret_access_key": frozen.secret_key,
            "token": frozen.token,
            "expires_at": datetime.now(UTC) + _ASKED_AGAIN_AFTER,
        }

    return give, session.region_name


def _read_error(error: Exception) -> StoreFault:
    kind = FaultKind.EXPIRED if type(error).__name__ in _EXPIRED else FaultKind.SETTINGS
    return StoreFault(kind, str(error).splitlines()[0])
