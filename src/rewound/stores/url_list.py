"""A list of URLs in a file: dumps of web servers, which list no folders. Pure."""

from rewound.errors import UsageError
from rewound.stores.address import StoreAddress, parse_address

_EXAMPLE = "https://host/backups/world1.sql.gz"


def read_url_list(text: str, *, source: object) -> tuple[StoreAddress, ...]:
    """Return the addresses in a list of URLs: one in each line; blank lines and # are left out.

    `source` is what messages call the list.

    Raises:
        UsageError: a line is not the URL of a store, or there is none.
    """
    addresses: dict[str, StoreAddress] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        entry = line.strip().removeprefix("\ufeff")
        if not entry or entry.startswith("#"):
            continue
        try:
            address = parse_address(entry)
        except UsageError as error:
            raise UsageError(
                f"{source}, line {number}: {error.message}", hint=error.hint
            ) from error
        if address is None:
            raise UsageError(
                f"{source}, line {number}: this is not a URL",
                hint=f"write one URL in each line, for example {_EXAMPLE}",
            )
        if address.url in addresses:
            raise UsageError(f"{source}, line {number}: {address} is already in the list")
        addresses[address.url] = address
    if not addresses:
        raise UsageError(f"{source}: the list has no URLs")
    return tuple(addresses.values())
