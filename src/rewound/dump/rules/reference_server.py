"""The server profile for judging a dump without a server: MySQL 9.7 with its defaults.

Source: information_schema of MySQL 9.7.4; a test compares it with the real server.
"""

from rewound.dump.rules.server_profile import ServerProfile

# Each character set, followed by the suffixes of its collations, the default first. The collation
# of `binary` has the same name.
_COLLATIONS = """\
armscii8: general_ci bin
ascii: general_ci bin
big5: chinese_ci bin
binary:
cp1250: general_ci bin croatian_ci czech_cs polish_ci
cp1251: general_ci bin bulgarian_ci general_cs ukrainian_ci
cp1256: general_ci bin
cp1257: general_ci bin lithuanian_ci
cp850: general_ci bin
cp852: general_ci bin
cp866: general_ci bin
cp932: japanese_ci bin
dec8: swedish_ci bin
eucjpms: japanese_ci bin
euckr: korean_ci bin
gb18030: chinese_ci bin unicode_520_ci
gb2312: chinese_ci bin
gbk: chinese_ci bin
geostd8: general_ci bin
greek: general_ci bin
hebrew: general_ci bin
hp8: english_ci bin
keybcs2: general_ci bin
koi8r: general_ci bin
koi8u: general_ci bin
latin1: swedish_ci bin danish_ci general_ci general_cs german1_ci german2_ci spanish_ci
latin2: general_ci bin croatian_ci czech_cs hungarian_ci
latin5: turkish_ci bin
latin7: general_ci bin estonian_cs general_cs
macce: general_ci bin
macroman: general_ci bin
sjis: japanese_ci bin
swe7: swedish_ci bin
tis620: thai_ci bin
ucs2: general_ci bin croatian_ci czech_ci danish_ci esperanto_ci estonian_ci general_mysql500_ci
    german2_ci hungarian_ci icelandic_ci latvian_ci lithuanian_ci persian_ci polish_ci
    romanian_ci roman_ci sinhala_ci slovak_ci slovenian_ci spanish2_ci spanish_ci swedish_ci
    turkish_ci unicode_520_ci unicode_ci vietnamese_ci
ujis: japanese_ci bin
utf16: general_ci bin croatian_ci czech_ci danish_ci esperanto_ci estonian_ci german2_ci
    hungarian_ci icelandic_ci latvian_ci lithuanian_ci persian_ci polish_ci romanian_ci roman_ci
    sinhala_ci slovak_ci slovenian_ci spanish2_ci spanish_ci swedish_ci turkish_ci
    unicode_520_ci unicode_ci vietnamese_ci
utf16le: general_ci bin
utf32: general_ci bin croatian_ci czech_ci danish_ci esperanto_ci estonian_ci german2_ci
    hungarian_ci icelandic_ci latvian_ci lithuanian_ci persian_ci polish_ci romanian_ci roman_ci
    sinhala_ci slovak_ci slovenian_ci spanish2_ci spanish_ci swedish_ci turkish_ci
    unicode_520_ci unicode_ci vietnamese_ci
utf8mb3: general_ci bin croatian_ci czech_ci danish_ci esperanto_ci estonian_ci
    general_mysql500_ci german2_ci hungarian_ci icelandic_ci latvian_ci lithuanian_ci persian_ci
    polish_ci romanian_ci roman_ci sinhala_ci slovak_ci slovenian_ci spanish2_ci spanish_ci
    swedish_ci tolower_ci turkish_ci unicode_520_ci unicode_ci vietnamese_ci
utf8mb4: 0900_ai_ci 0900_as_ci 0900_as_cs 0900_bin bg_0900_ai_ci bg_0900_as_cs bin bs_0900_ai_ci
    bs_0900_as_cs croatian_ci cs_0900_ai_ci cs_0900_as_cs czech_ci danish_ci da_0900_ai_ci
    da_0900_as_cs de_pb_0900_ai_ci de_pb_0900_as_cs eo_0900_ai_ci eo_0900_as_cs esperanto_ci
    estonian_ci es_0900_ai_ci es_0900_as_cs es_trad_0900_ai_ci es_trad_0900_as_cs et_0900_ai_ci
    et_0900_as_cs general_ci german2_ci gl_0900_ai_ci gl_0900_as_cs hr_0900_ai_ci hr_0900_as_cs
    hungarian_ci hu_0900_ai_ci hu_0900_as_cs icelandic_ci is_0900_ai_ci is_0900_as_cs
    ja_0900_as_cs ja_0900_as_cs_ks latvian_ci la_0900_ai_ci la_0900_as_cs lithuanian_ci
    lt_0900_ai_ci lt_0900_as_cs lv_0900_ai_ci lv_0900_as_cs mn_cyrl_0900_ai_ci
    mn_cyrl_0900_as_cs nb_0900_ai_ci nb_0900_as_cs nn_0900_ai_ci nn_0900_as_cs persian_ci
    pl_0900_ai_ci pl_0900_as_cs polish_ci romanian_ci roman_ci ro_0900_ai_ci ro_0900_as_cs
    ru_0900_ai_ci ru_0900_as_cs sinhala_ci sk_0900_ai_ci sk_0900_as_cs slovak_ci slovenian_ci
    sl_0900_ai_ci sl_0900_as_cs spanish2_ci spanish_ci sr_latn_0900_ai_ci sr_latn_0900_as_cs
    sv_0900_ai_ci sv_0900_as_cs swedish_ci tr_0900_ai_ci tr_0900_as_cs turkish_ci unicode_520_ci
    unicode_ci vietnamese_ci vi_0900_ai_ci vi_0900_as_cs zh_0900_as_cs
"""


def _read_collations() -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for line in _COLLATIONS.replace("\n    ", " ").splitlines():
        owner, _, endings = line.partition(":")
        known[owner] = [f"{owner}_{ending}" for ending in endings.split()] or [owner]
    return known


_BY_OWNER = _read_collations()

REFERENCE_SERVER = ServerProfile(
    version_number=90704,
    engines=frozenset(
        {"innodb", "myisam", "memory", "csv", "archive", "blackhole", "mrg_myisam"}
        | {"performance_schema"}
    ),
    collations={name: owner for owner, names in _BY_OWNER.items() for name in names},
    default_collations={owner: names[0] for owner, names in _BY_OWNER.items()},
)
"""MySQL 9.7.4."""
