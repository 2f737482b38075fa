"""The receipt of a replay as lines of a report. Pure."""

from collections.abc import Iterator

from rewound.figures import show_count
from rewound.load.log_receipt import LoggedRows, LogReceipt

_MOST_DEFINITIONS = 20


def describe_receipt(receipt: LogReceipt) -> Iterator[str]:
    """Yield what was replayed after a dump, from where to where, and how it was counted."""
    yield f"  replayed    {show_count(receipt.transactions, 'transaction')} to {receipt.target}"
    yield f"  start       found by {receipt.start_by}"
    for file in receipt.files:
        yield f"  log         {file.name} from {file.from_position} to {file.to_position}"
        yield f"  sha256      {file.sha256}"
    if receipt.first is not None:
        yield f"  first       {receipt.first}"
        yield f"  last        {receipt.last}"
    left_out = receipt.first_left_out
    rest = f"from {left_out} on" if left_out else "nothing: these files end there"
    yield f"  left out    {rest}"
    yield from (f"  taken back  {back}" for back in receipt.taken_back)
    server = receipt.server
    yield (
        f"  rows        {server.inserted:,} inserted, {server.updated:,} updated,"
        f" {server.deleted:,} deleted, as the server counted them and the logs have them"
    )
    if (images := receipt.images) is not None:
        yield (
            f"  compared    {images.compared:,} of {images.stated:,} rows found by a key, before"
            " they were changed, with what the logs have of them"
        )
    for rows in receipt.tables:
        yield f"  balance     {describe_balance(rows)}"
    for text in receipt.definitions[:_MOST_DEFINITIONS]:
        yield f"  executed    {text}"
    if len(receipt.definitions) > _MOST_DEFINITIONS:
        more = len(receipt.definitions) - _MOST_DEFINITIONS
        yield f"  executed    {show_count(more, 'more statement')}, all of them in json"
    for use in receipt.rules:
        yield (
            f"  log rule    {use.rule}: {use.effect}, {show_count(use.count, 'time')}, first at"
            f" {use.first_at} ({use.first_detail})"
        )
    for note in (*receipt.notes, *receipt.findings):
        yield f"  note        {note}"
    for text in receipt.not_proved:
        yield f"  not proved  {text}"


def describe_balance(rows: LoggedRows) -> str:
    """Return how the rows of a table come to be as many as they are."""
    text = f"{rows.schema}.{rows.table}: {rows.before:,} + {rows.inserted:,} - {rows.deleted:,}"
    for count, by in (
        (rows.by_definitions, "statements"),
        (rows.by_cascades, "cascades"),
        (rows.by_statements, "replayed statements"),
    ):
        if count:
            text += f" {'+' if count > 0 else '-'} {abs(count):,} by {by}"
    return f"{text} = {rows.counted:,}, {rows.updated:,} updated"
