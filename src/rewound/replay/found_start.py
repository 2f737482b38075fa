"""A place in the logs that was found by a dump's content. Pure."""

from dataclasses import dataclass

from rewound.load.log_receipt import ContentEvidence


@dataclass(frozen=True, slots=True)
class FoundStart:
    """Where a dump stands that does not say so itself."""

    log_name: str
    """What its server calls the file."""
    position: int
    """Where what the dump does not have begins, in bytes."""
    evidence: ContentEvidence
    """What says so."""
