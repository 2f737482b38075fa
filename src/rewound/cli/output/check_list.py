"""What `doctor` found: a line for each check, and a verdict at the end. Pure."""

from collections.abc import Iterator, Sequence

from rewound.cli.output.wrapping import wrap_message
from rewound.engine.host.checks import Check, CheckState


def list_checks(checks: Sequence[Check], *, width: int | None) -> Iterator[str]:
    """Yield the lines that show checks, each with its hint, if any.

    Lines wider than `width` break between words; a path stays whole.
    """
    states = max((len(check.state.value) for check in checks), default=0)
    subjects = max((len(check.subject) for check in checks), default=0)
    for check in checks:
        start = f"{check.state.value:<{states}}  {check.subject:<{subjects}}  "
        yield from _wrap(check.detail, start, width=width)
        if check.hint:
            yield from _wrap(f"hint: {check.hint}", " " * len(start), width=width)


def make_verdict(checks: Sequence[Check]) -> str | None:
    """Return the verdict of all checks; None if worlds cannot be restored."""
    if any(check.state is CheckState.MISSING for check in checks):
        return None
    # A check without a hint needs no action, such as a file system without reflinks.
    limited = [
        check.subject for check in checks if check.state is CheckState.LIMITED and check.hint
    ]
    if not limited:
        return "This host can restore worlds."
    return f"This host can restore worlds, with limits: {', '.join(dict.fromkeys(limited))}."


def _wrap(text: str, start: str, *, width: int | None) -> list[str]:
    if width is None:
        return [start + text]
    return wrap_message(text, width, start=start, indent=len(start)).split("\n")
