"""How columns that do not fit side by side are arranged in blocks below each other. Pure."""

from collections.abc import Sequence


def fit_blocks(widths: Sequence[int], *, available: int, gap: int) -> list[range]:
    """Return the indexes of the columns in each block, in their order; together they cover all.

    Blocks have about the same number of columns, so that the last one does not look like a rest.

    >>> fit_blocks([6] * 12, available=62, gap=3)
    [range(0, 6), range(6, 12)]
    """
    fewest = len(_cut(widths, available=available, gap=gap, most=len(widths)))
    if not fewest:
        return []
    # Use the smallest number per block, unless wide columns leave less room.
    for most in range(-(-len(widths) // fewest), len(widths) + 1):
        blocks = _cut(widths, available=available, gap=gap, most=most)
        if len(blocks) == fewest:
            return blocks
    raise AssertionError("blocks without a bound are as few as can be")


def _cut(widths: Sequence[int], *, available: int, gap: int, most: int) -> list[range]:
    """Return blocks with at most `most` columns, each as long as fits."""
    blocks: list[range] = []
    start, left = 0, available
    for place, width in enumerate(widths):
        is_full = place - start == most or width > left
        if is_full and place > start:
            blocks.append(range(start, place))
            start, left = place, available
        left -= width + gap
    return [*blocks, range(start, len(widths))] if widths else []
