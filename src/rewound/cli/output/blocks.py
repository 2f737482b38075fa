"""How columns that do not fit side by side fold into blocks below each other. Pure."""

from collections.abc import Sequence


def fit_blocks(widths: Sequence[int], *, available: int, gap: int) -> list[range]:
    """Return the places of the columns of each block, in their order; all are in one.

    Blocks hold about as many columns each, so that the last one does not look like a remainder.

    >>> fit_blocks([6] * 12, available=62, gap=3)
    [range(0, 6), range(6, 12)]
    """
    fewest = len(_cut(widths, available=available, gap=gap, most=len(widths)))
    if not fewest:
        return []
    # As many as each block needs at least, unless wide columns leave less room for them.
    for most in range(-(-len(widths) // fewest), len(widths) + 1):
        blocks = _cut(widths, available=available, gap=gap, most=most)
        if len(blocks) == fewest:
            return blocks
    raise AssertionError("blocks without a bound are as few as can be")


def _cut(widths: Sequence[int], *, available: int, gap: int, most: int) -> list[range]:
    """Return blocks of no more than so many columns, each as long as it fits."""
    blocks: list[range] = []
    start, left = 0, available
    for place, width in enumerate(widths):
        is_full = place - start == most or width > left
        if is_full and place > start:
            blocks.append(range(start, place))
            start, left = place, available
        left -= width + gap
    return [*blocks, range(start, len(widths))] if widths else []
