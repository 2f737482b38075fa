"""Whether one path, read alone, names a world and a time. Pure."""

from dataclasses import dataclass
from datetime import date, tzinfo

from rewound.catalog.naming.names import ParsedName, parse_stem
from rewound.catalog.naming.reading import read_stems


@dataclass(frozen=True, slots=True)
class PathReader:
    """Reads paths one by one, where the others of the source cannot help."""

    timezone: tzinfo
    today: date

    def names_world(self, stem: str) -> bool:
        """Tell whether a path without its extension names a world."""
        return isinstance(self._parse(stem), ParsedName)

    def names_dump(self, stem: str) -> bool:
        """Tell whether a path without its extension names a world and a time."""
        parsed = self._parse(stem)
        return isinstance(parsed, ParsedName) and parsed.taken_at is not None

    def _parse(self, stem: str) -> object:
        found = read_stems([stem], self.timezone, today=self.today, closing_time=lambda _: None)
        return parse_stem(stem, found[stem])
