"""The options of tables and databases: which ones to replace, and by what.

Pure. It works on the tokens of one statement; `columns` handles the columns.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rewound.dump.definitions.collations import value_of
from rewound.dump.definitions.storage_engines import find_engine_rule, is_replaced, real_engine
from rewound.dump.rules import table as rules
from rewound.dump.rules.server_profile import ServerProfile
from rewound.dump.rules.verdict import Edit
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.nesting import iter_depths, iter_outside
from rewound.dump.text.statement import Kind
from rewound.dump.text.tokens import Token, TokenKind, unquote

_INNODB_ROW_FORMATS = frozenset({"DEFAULT", "DYNAMIC", "COMPRESSED", "REDUNDANT", "COMPACT"})
_INNODB_COMPRESSIONS = frozenset({"", "zlib", "lz4", "none"})
_MARIADB_OPTIONS = frozenset(
    {"PAGE_CHECKSUM", "TRANSACTIONAL", "PAGE_COMPRESSED", "PAGE_COMPRESSION_LEVEL", "ENCRYPTED"}
    | {"ENCRYPTION_KEY_ID", "IETF_QUOTES"}
)
_CUT = {"AUTOEXTEND_SIZE": rules.FILE_SIZE, "CONNECTION": rules.REMOTE_ENGINE}
_OWN_TABLESPACES = frozenset({"innodb_file_per_table", "innodb_system", "innodb_temporary"})
_NAMING = frozenset({TokenKind.WORD, TokenKind.NAME})
_KEEP_FIXED = frozenset({"myisam", "mrg_myisam"})


class _Option(NamedTuple):
    """One option of a table or partition."""

    position: int
    """The index of its name among the tokens."""
    name: Token
    """Its first word, such as DATA of DATA DIRECTORY."""
    value: Token
    is_of_partition: bool


def read_auto_increment(tokens: Sequence[Token], kind: Kind, mode: LexicalMode) -> int | None:
    """Return the AUTO_INCREMENT that a CREATE or ALTER TABLE states; None if it states none."""
    values = [
        option.value.text
        for option in _iter_options(tokens, kind, mode)
        if option.name.word == "AUTO_INCREMENT"
    ]
    return int(values[-1]) if values and values[-1].isdigit() else None


def read_engine(tokens: Sequence[Token], kind: Kind, mode: LexicalMode) -> str | None:
    """Return the storage engine that a CREATE or ALTER TABLE names, by its name in the server.

    In lower case; None if it names none.
    """
    values = [
        option.value
        for option in _iter_options(tokens, kind, mode)
        if option.name.word in ("ENGINE", "TYPE") and not option.is_of_partition
    ]
    return real_engine(unquote(values[-1], mode)) if values else None


def plan_option_edits(
    tokens: Sequence[Token], kind: Kind, profile: ServerProfile, mode: LexicalMode
) -> list[Edit]:
    """Return the edits of the options of a CREATE or ALTER TABLE."""
    edits: list[Edit] = []
    options = list(_iter_options(tokens, kind, mode))
    partitioned = _is_partitioned(tokens)
    keeps_fixed = not partitioned and _keeps_fixed(options, mode)
    for option in options:
        name, value = option.name, option.value
        match name.word:
            case "ENGINE":
                edits += _edit_engine(value, profile, mode, partitioned=partitioned)
            case "ROW_FORMAT":
                edits += _edit_row_format(value, keeps_fixed=keeps_fixed)
            case "TYPE":
                edits.append(Edit(name.start, name.end, b"ENGINE", rules.TYPE_OPTION))
                edits += _edit_engine(value, profile, mode, partitioned=partitioned)
            case "TABLESPACE":
                edits += _edit_tablespace(value, mode)
            case _ if (rule := _find_cut_rule(option, mode)) is not None:
                edits.append(_cut_option(tokens, option, kind, edits, rule))
    return edits + plan_encryption_edits(tokens)


def plan_encryption_edits(tokens: Sequence[Token]) -> list[Edit]:
    """Return the edits that turn the ENCRYPTION of a table or database off."""
    return [
        Edit(value.start, value.end, b"'N'", rules.ENCRYPTION)
        for index, token in enumerate(tokens)
        if token.word == "ENCRYPTION"
        and (value := value_of(tokens[index + 1 : index + 3])) is not None
        and value.kind is TokenKind.STRING
        and value.text[1:2] in (b"Y", b"y")
    ]


def _iter_options(tokens: Sequence[Token], kind: Kind, mode: LexicalMode) -> Iterator[_Option]:
    """Yield everything that may be an option of the table or of one of its partitions.

    In ALTER TABLE a column may be named `engine`, followed by its type. There, and for partitions,
    only an equals sign makes an option, or the name of an engine that is always replaced. Only
    MariaDB has options with quoted names: `PAGE_COMPRESSED`=1.
    """
    in_partitions = False
    for index, (depth, token) in enumerate(iter_depths(tokens)):
        if depth and not in_partitions:
            continue
        in_partitions = in_partitions or (depth == 0 and token.word == "PARTITION")
        if token.kind not in _NAMING:
            continue
        rest = tokens[index + 1 : index + 3]
        is_directory = token.word in ("DATA", "INDEX") and rest and rest[0].word == "DIRECTORY"
        if is_directory:
            rest = tokens[index + 2 : index + 4]
        value = value_of(rest)
        if value is None or value.kind is TokenKind.MARK:
            continue
        has_sign = rest[0].text == b"="
        if is_directory:
            # An index may have this name, followed by other words.
            is_option = value.kind is TokenKind.STRING
        elif token.kind is TokenKind.NAME:
            is_option = has_sign and depth == 0
        else:
            is_option = has_sign or (depth == 0 and kind is Kind.CREATE_TABLE)
            is_option = is_option or _is_replaced_engine(tokens, index, value, mode)
            # No column type begins with a digit.
            is_option = is_option or (token.word in _CUT and value.text[:1].isdigit())
        if is_option:
            yield _Option(index, token, value, is_of_partition=depth > 0)


def _is_replaced_engine(
    tokens: Sequence[Token], index: int, value: Token, mode: LexicalMode
) -> bool:
    """Tell whether an `ENGINE name` without an equals sign names an engine that is replaced."""
    if tokens[index].word != "ENGINE" or tokens[index - 1].word in ("CHANGE", "COLUMN"):
        return False
    return is_replaced(unquote(value, mode))


def _is_partitioned(tokens: Sequence[Token]) -> bool:
    return any(token.word == "PARTITION" for _, token in iter_outside(tokens))


def _find_cut_rule(option: _Option, mode: LexicalMode) -> rules.Rule | None:
    """Return the rule by which an option is removed; None if it stays."""
    name, value = option.name, option.value
    if name.word in ("DATA", "INDEX"):
        return rules.TABLE_DIRECTORY
    if name.word in _CUT:
        return _CUT[name.word]
    if name.word == "COMPRESSION":
        is_known = unquote(value, mode).lower() in _INNODB_COMPRESSIONS
        return None if is_known else rules.MARIADB_TABLE_OPTION
    if name.word in _MARIADB_OPTIONS or name.kind is TokenKind.NAME:
        return rules.MARIADB_TABLE_OPTION
    return None


def _cut_option(
    tokens: Sequence[Token], option: _Option, kind: Kind, edits: Sequence[Edit], rule: rules.Rule
) -> Edit:
    """Remove an option with the commas around it; ALTER TABLE keeps one of them.

    Options of a partition have no commas; the comma after them begins the next partition.
    """
    start, end = option.name.start, option.value.end
    if option.is_of_partition:
        return Edit(start, end, b"", rule)
    before = tokens[option.position - 1]
    # The name is followed by DIRECTORY or an equals sign, if any, and the value.
    behind = tokens[option.position + 1 : option.position + 5]
    after = next((token for token in behind if token.start >= end), None)
    # Options come in their order.
    done = edits[-1].end if edits else 0
    takes_before = before.text == b"," and before.start >= done
    if takes_before:
        start = before.start
    takes_after = kind is Kind.CREATE_TABLE or not takes_before
    if takes_after and after is not None and after.text == b",":
        end = after.end
    return Edit(start, end, b"", rule)


def _edit_engine(
    value: Token, profile: ServerProfile, mode: LexicalMode, *, partitioned: bool
) -> list[Edit]:
    rule = find_engine_rule(unquote(value, mode), profile, partitioned=partitioned)
    return [] if rule is None else [Edit(value.start, value.end, b"InnoDB", rule)]


def _keeps_fixed(options: Sequence[_Option], mode: LexicalMode) -> bool:
    """Tell whether one of the engines that a table names supports fixed-length rows."""
    return any(
        real_engine(unquote(option.value, mode)) in _KEEP_FIXED
        for option in options
        if option.name.word in ("ENGINE", "TYPE")
    )


def _edit_row_format(value: Token, *, keeps_fixed: bool) -> list[Edit]:
    if value.word in _INNODB_ROW_FORMATS or (keeps_fixed and value.word == "FIXED"):
        return []
    return [Edit(value.start, value.end, b"DYNAMIC", rules.ROW_FORMAT_UNKNOWN)]


def _edit_tablespace(value: Token, mode: LexicalMode) -> list[Edit]:
    if unquote(value, mode).lower() in _OWN_TABLESPACES:
        return []
    return [Edit(value.start, value.end, b"innodb_file_per_table", rules.TABLESPACE)]
