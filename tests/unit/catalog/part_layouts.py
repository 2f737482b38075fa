"""Dumps of several files as people and programs lay them out, and what each file is a part of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

D, S = "2024-06-18", "2024-06-18 21:15:08"
C = "2024-06-18 21:15:30"
"""The closing line of every dump here."""


@dataclass(frozen=True, slots=True)
class PartLayout:
    """Some files, and the dumps that they are."""

    label: str
    files: Mapping[str, str]
    """Path to `DATABASE.TABLE` of a dump's first lines, with `@` and the time of its closing
    line if that is not that of `C`; `=TEXT` for other contents; a path with `!` is in an
    archive."""
    dumps: Mapping[str, str]
    """`WORLD TIME` to its parts in order; `~` before the rows of a table."""
    lost: Mapping[str, str] = field(default_factory=dict)
    """The name of what is not understood, to words of the reason."""
    asks: str | None = None
    """Words of the doubt that stops."""
    warns: str | None = None
    """Words of the doubt of one of the dumps."""
    pattern: str | None = None


def parts(
    label: str,
    files: Mapping[str, str],
    dumps: Mapping[str, str] | None = None,
    *,
    lost: Mapping[str, str] | None = None,
    asks: str | None = None,
    warns: str | None = None,
    pattern: str | None = None,
) -> PartLayout:
    return PartLayout(label, files, dumps or {}, lost or {}, asks, warns, pattern)


def same(paths: str, content: str) -> dict[str, str]:
    return dict.fromkeys(paths.split(), content)


def by_name(paths: str, database: str = "game") -> dict[str, str]:
    """Return files that create the table that they are named after."""
    return {path: f"{database}.{_stem(path)}" for path in paths.split()}


def of_databases(paths: str) -> dict[str, str]:
    """Return files that are named after their database, with a table of their own."""
    return {path: f"{_stem(path)}.{_stem(path)}_t" for path in paths.split()}


def tab(
    folder: str, tables: Sequence[str], database: str = "game", zipped: str = ""
) -> dict[str, str]:
    files = {}
    for table in tables:
        files[f"{folder}{table}.sql"] = f"{database}.{table}"
        files[f"{folder}{table}.txt{zipped}"] = "=1\n"
    return files


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".sql")[0]


METADATA = f"=Started dump at: {S}\nFinished dump at: 2024-06-18 21:15:10\n"
TRIO = ("auth", "characters", "world")

DATABASES = [
    *(
        parts(
            f"one file per database, in a folder of the host: {shape}",
            {shape.format(name): f"{name}.{name}_t" for name in TRIO},
            {f"host1 {D}": " ".join(shape.format(name) for name in TRIO)},
        )
        for shape in (
            *("host1/2024-06-18/{}.sql", "host1/2024-06-18/{}.sql.gz", "2024-06-18/host1/{}.sql"),
            *("host1/{}_20240618.sql", "host1/{}-2024-06-18.sql.zst", "host1/20240618-{}.sql"),
            *("host1/daily/2024-06-18/{}.sql", "backups/2024/06/18/host1/{}.sql.gz"),
            *("host1_2024-06-18/{}.sql", "host1-20240618/{}.sql.xz", "2024-06-18_host1/{}.sql"),
            "dumps/host1/2024-06-18/{}.sql",
            *("host1_{}_20240618.sql", "host1-{}-2024-06-18.sql.gz", "host1.{}.20240618.sql"),
            *("2024-06-18/host1_{}.sql", "20240618_host1_{}.sql.gz", "2024-06-18-host1.{}.sql"),
        )
    ),
    *(
        parts(
            f"databases of a host in a folder called {folder}, whatever their headers say",
            same(f"{folder}/2024-06-18/auth.sql {folder}/2024-06-18/world.sql", content),
            {f"{folder} {D}": f"{folder}/2024-06-18/auth.sql {folder}/2024-06-18/world.sql"},
        )
        for folder in ("host1", "db2", "mysql-03", "game-server-7", "10.0.0.12", "srv1.example.com")
        for content in ("=-- a dump\n",)
    ),
    parts(
        "databases of two hosts, of two nights",
        of_databases(
            " ".join(
                f"host{h}/2024-06-1{d}/{name}.sql" for h in (1, 2) for d in (7, 8) for name in TRIO
            )
        ),
        {
            f"host{h} 2024-06-1{d}": " ".join(f"host{h}/2024-06-1{d}/{name}.sql" for name in TRIO)
            for h in (1, 2)
            for d in (7, 8)
        },
    ),
    parts(
        "names/perdb: two hosts whose files all state one database",
        same(" ".join(f"host{h}/{D}/{name}.sql.gz" for h in (1, 2) for name in TRIO), "game.t"),
        {f"host{h} {D}": " ".join(f"host{h}/{D}/{n}.sql.gz" for n in TRIO) for h in (1, 2)},
        warns="both are dumps of database game",
    ),
    parts(
        "databases that end one after the other, without a time in the name",
        of_databases("eu/auth.sql eu/world.sql"),
        {f"eu {C}": "eu/auth.sql eu/world.sql"},
    ),
    parts(
        "databases whose names have the second at which each began",
        of_databases("host1/auth_20240618_030001.sql host1/world_20240618_030145.sql")
        | {
            "host1/auth_20240618_030001.sql": "auth.a",
            "host1/world_20240618_030145.sql": "world.w",
        },
        {
            "host1 2024-06-18 03:01:45": "host1/auth_20240618_030001.sql"
            " host1/world_20240618_030145.sql"
        },
        warns="its files are of 03:00:01 to 03:01:45",
    ),
    parts(
        "a database that one of three nights lacks",
        of_databases(
            "host1/2024-06-16/auth.sql host1/2024-06-16/world.sql host1/2024-06-17/auth.sql"
            " host1/2024-06-18/auth.sql host1/2024-06-18/world.sql"
        ),
        {
            "host1 2024-06-16": "host1/2024-06-16/auth.sql host1/2024-06-16/world.sql",
            "host1 2024-06-17": "host1/2024-06-17/auth.sql",
            "host1 2024-06-18": "host1/2024-06-18/auth.sql host1/2024-06-18/world.sql",
        },
        warns="it lacks world, which other moments have",
    ),
    parts(
        "a host with one of the databases that another has",
        of_databases("eu/2024-06-18/auth.sql eu/2024-06-18/world.sql us/2024-06-18/auth.sql"),
        {
            f"eu {D}": "eu/2024-06-18/auth.sql eu/2024-06-18/world.sql",
            f"us {D}": "us/2024-06-18/auth.sql",
        },
    ),
    parts(
        "a database in two forms",
        {
            "host1/2024-06-18/auth.sql": "auth.a",
            "host1/2024-06-18/auth.sql.gz": "auth.a",
            "host1/2024-06-18/world.sql": "world.w",
        },
        {f"host1 {D}": "host1/2024-06-18/auth.sql host1/2024-06-18/world.sql"},
        lost={"auth.sql.gz": "the same part as auth.sql"},
    ),
    parts(
        "definitions and rows of each database of a host",
        {
            f"host1/2024-06-18/{name}-{kind}.sql": f"{name}.{name}_t"
            for name in ("auth", "world")
            for kind in ("schema", "data")
        },
        {
            f"host1 {D}": "host1/2024-06-18/auth-schema.sql host1/2024-06-18/auth-data.sql"
            " host1/2024-06-18/world-schema.sql host1/2024-06-18/world-data.sql"
        },
    ),
    parts(
        "tenants in a folder: databases with the same first table",
        {"acme/2024-06-18/shop_a.sql": "shop_a.t", "acme/2024-06-18/shop_b.sql": "shop_b.t"},
        asks="look like databases of one host",
    ),
    parts(
        "dumps of one database in a folder of a host: it may be where they are kept",
        same("srv1/2024-06-18/berlin.sql srv1/2024-06-18/paris.sql", "game.t"),
        asks="look like databases of one host",
    ),
    parts(
        "two runs within ten minutes",
        {
            f"eu/{name}_20240618_03{minute:02}.sql": f"{name}.{name}_t"
            for name, minutes in (("auth", (0, 10)), ("world", (2, 12)))
            for minute in minutes
        },
        {
            "eu 2024-06-18 03:02": "eu/auth_20240618_0300.sql eu/world_20240618_0302.sql",
            "eu 2024-06-18 03:12": "eu/auth_20240618_0310.sql eu/world_20240618_0312.sql",
        },
        warns="its files are of 03:00:00 to 03:02:00",
    ),
    parts(
        "hosts of two kinds in a folder of a host",
        same("host1/2024-06-18/db3.sql host1/2024-06-18/host2.sql", "=-- a dump\n"),
        {f"db3 {D}": "host1/2024-06-18/db3.sql", f"host2 {D}": "host1/2024-06-18/host2.sql"},
    ),
    parts(
        "a world that is called as its first table is",
        same("2024-06-18/berlin.sql 2024-06-18/player.sql", "game.player"),
        {f"berlin {D}": "2024-06-18/berlin.sql", f"player {D}": "2024-06-18/player.sql"},
    ),
    parts(
        "tenants by prefix",
        {"acme_shop_20240618.sql": "shop.t", "acme_blog_20240618.sql": "blog.t"},
        asks="look like databases of one host",
    ),
    *(
        parts(
            f"worlds, not databases: {label}",
            files,
            {f"{world} {D}": path for world, path in zip(worlds.split(), files, strict=True)},
        )
        for label, worlds, files in (
            (
                "in a folder of a region",
                "berlin paris",
                same("eu/2024-06-18/berlin.sql eu/2024-06-18/paris.sql", "game.t"),
            ),
            (
                "hosts in a folder of a host",
                "host2 host3",
                same("host1/2024-06-18/host2.sql host1/2024-06-18/host3.sql", "game.t"),
            ),
            (
                "numbered in a folder of a host",
                "s1 s2",
                same("host1/2024-06-18/s1.sql host1/2024-06-18/s2.sql", "game.t"),
            ),
            (
                "of other names",
                "berlin paris",
                {"berlin_20240618.sql": "berlin.t", "paris_20240618.sql": "paris.t"},
            ),
            (
                "one schema each",
                "shop_a shop_b",
                {
                    "d/../shop_a_20240618.sql".replace("d/../", ""): "shop_a.t",
                    "shop_b_20240618.sql": "shop_b.t",
                },
            ),
            (
                "by a common prefix",
                "eu_berlin eu_paris",
                same("eu_berlin_20240618.sql eu_paris_20240618.sql", "game.t"),
            ),
            (
                "by prefix, of equal tables",
                "eu_t us_t",
                same("2024-06-18/eu_t.sql 2024-06-18/us_t.sql", "game.t"),
            ),
        )
    ),
]

TABLES = [
    parts(
        "names/workbench: a project folder, whose files all create one table",
        same(
            "Dump20240618/game_player.sql Dump20240618/game_routines.sql"
            " Dump20240618/game_score.sql",
            "game.t",
        ),
        {
            f"game {D}": "Dump20240618/game_player.sql Dump20240618/game_score.sql"
            " Dump20240618/game_routines.sql"
        },
        warns="both create the table t first",
    ),
    parts(
        "a project folder of a host",
        {
            "host1/Dump20240618/game_player.sql": "game.player",
            "host1/Dump20240618/game_score.sql": "game.score",
            "host1/Dump20240618/game_routines.sql": "game.",
        },
        {
            f"host1 {D}": "host1/Dump20240618/game_player.sql host1/Dump20240618/game_score.sql"
            " host1/Dump20240618/game_routines.sql"
        },
    ),
    parts(
        "a project folder of two databases",
        {
            "host1/Dump20240618/auth_user.sql": "auth.user",
            "host1/Dump20240618/game_player.sql": "game.player",
        },
        {f"host1 {D}": "host1/Dump20240618/auth_user.sql host1/Dump20240618/game_player.sql"},
    ),
    parts(
        "a project folder as the source itself",
        {"game_player.sql": "game.player", "game_score.sql": "game.score"},
        {f"game {C}": "game_player.sql game_score.sql"},
    ),
    parts(
        "names/pertable: files that all create one table, in the folder of their database",
        same("2024-06-18/game/player.sql.gz 2024-06-18/game/score.sql.gz", "game.t"),
        {f"game {D}": "2024-06-18/game/player.sql.gz 2024-06-18/game/score.sql.gz"},
        warns="both create the table t first",
    ),
    parts(
        "folders/pertable: the header names another database than the folder",
        by_name("2024-06-18/game/player.sql 2024-06-18/game/score.sql", "shop"),
        {f"game {D}": "2024-06-18/game/player.sql 2024-06-18/game/score.sql"},
    ),
    *(
        parts(
            f"one file per table: {shape}",
            {shape.format(name): f"game.{name}" for name in ("player", "score", "zone")},
            {f"{world} {D}": " ".join(shape.format(n) for n in ("player", "score", "zone"))},
        )
        for shape, world in (
            ("host1/2024-06-18/{}.sql", "host1"),
            ("host1/2024-06-18/{}.sql.gz", "host1"),
            ("2024-06-18/host1/{}.sql.zst", "host1"),
            ("host1/2024-06-18/game/{}.sql", "host1"),
            ("2024-06-18/host1/game/{}.sql.bz2", "host1"),
            ("host1_2024-06-18/{}.sql", "host1"),
            ("2024-06-18/game/{}.sql", "game"),
            ("2024-06-18/host1.game.{}.sql", "host1"),
            ("2024-06-18/game.{}.sql", "game"),
            ("2024-06-18/game_{}.sql.gz", "game"),
            ("host1.game.{}.20240618.sql", "host1"),
            ("host1-game-{}-2024-06-18.sql", "host1"),
            ("host1_{}_20240618.sql", "host1"),
            ("host1/{}_20240618.sql", "host1"),
        )
    ),
    parts(
        "tables of two hosts in one folder",
        {
            f"host{h}.game.{t}_20240618.sql": f"game.{t}"
            for h in (1, 2)
            for t in ("player", "score")
        },
        {
            f"host{h} {D}": f"host{h}.game.player_20240618.sql host{h}.game.score_20240618.sql"
            for h in (1, 2)
        },
    ),
    parts(
        "tables that are named by dates",
        {
            f"host1/2024-06-18/{table}.sql": f"game.{table}"
            for table in ("log_20240101", "player", "zone")
        },
        {
            f"host1 {D}": "host1/2024-06-18/log_20240101.sql host1/2024-06-18/player.sql"
            " host1/2024-06-18/zone.sql"
        },
    ),
    parts(
        "two databases of a host, with one file per table",
        by_name("host1/2024-06-18/auth/user.sql host1/2024-06-18/auth/visit.sql", "auth")
        | by_name("host1/2024-06-18/game/player.sql host1/2024-06-18/game/score.sql"),
        {
            f"host1 {D}": "host1/2024-06-18/auth/user.sql host1/2024-06-18/auth/visit.sql"
            " host1/2024-06-18/game/player.sql host1/2024-06-18/game/score.sql"
        },
    ),
    parts(
        "a table that a night lacks",
        by_name("host1/2024-06-17/a.sql host1/2024-06-17/b.sql host1/2024-06-17/c.sql")
        | by_name("host1/2024-06-18/a.sql host1/2024-06-18/b.sql"),
        {
            "host1 2024-06-17": "host1/2024-06-17/a.sql host1/2024-06-17/b.sql"
            " host1/2024-06-17/c.sql",
            "host1 2024-06-18": "host1/2024-06-18/a.sql host1/2024-06-18/b.sql",
        },
        warns="it lacks c, which other moments have",
    ),
    parts(
        "a table in two forms",
        by_name("host1/2024-06-18/a.sql host1/2024-06-18/b.sql host1/2024-06-18/b.sql.gz"),
        {f"host1 {D}": "host1/2024-06-18/a.sql host1/2024-06-18/b.sql"},
        lost={"b.sql.gz": "the same part as b.sql"},
    ),
    parts(
        "a whole dump beside the files of tables",
        by_name("host1/2024-06-18/a.sql host1/2024-06-18/b.sql host1/2024-06-18/d.sql")
        | {"host1/2024-06-18/all.sql": "game.a"},
        {f"host1 {D}": "host1/2024-06-18/a.sql host1/2024-06-18/b.sql host1/2024-06-18/d.sql"},
        lost={"all.sql": "it may be a dump of its own"},
    ),
    parts(
        "views beside the files of tables",
        by_name("host1/2024-06-18/a.sql host1/2024-06-18/b.sql host1/2024-06-18/z.sql")
        | {"host1/2024-06-18/views.sql": "game."},
        {
            f"host1 {D}": "host1/2024-06-18/a.sql host1/2024-06-18/b.sql host1/2024-06-18/z.sql"
            " host1/2024-06-18/views.sql"
        },
    ),
]

ROWS = [
    parts(
        "folders/mdbdir: mariadb-dump --dir",
        tab("2024-06-18/game/", ["t"], "shop"),
        {f"game {D}": "2024-06-18/game/t.sql ~2024-06-18/game/t.txt=shop.t"},
    ),
    *(
        parts(
            f"mysqldump --tab, in {folder}, rows {zipped or 'plain'}",
            tab(folder, ["player", "score"], zipped=zipped),
            {
                f"{world} {D}": f"{folder}player.sql {folder}score.sql"
                f" ~{folder}player.txt{zipped}=game.player ~{folder}score.txt{zipped}=game.score"
            },
        )
        for folder, world in (
            ("host1/2024-06-18/", "host1"),
            ("host1/2024-06-18/game/", "host1"),
            ("2024-06-18/host1/", "host1"),
            ("host1_20240618/", "host1"),
        )
        for zipped in ("", ".gz", ".zst")
    ),
    parts(
        "mariadb-dump --dir of two databases",
        tab("host1/2024-06-18/auth/", ["user"], "auth") | tab("host1/2024-06-18/game/", ["player"]),
        {
            f"host1 {D}": "host1/2024-06-18/auth/user.sql ~host1/2024-06-18/auth/user.txt=auth.user"
            " host1/2024-06-18/game/player.sql ~host1/2024-06-18/game/player.txt=game.player"
        },
    ),
    parts(
        "--tab with a view and an empty table",
        tab("host1/2024-06-18/", ["player"])
        | {
            "host1/2024-06-18/empty.sql": "game.empty",
            "host1/2024-06-18/empty.txt": "=",
            "host1/2024-06-18/v.sql": "game.",
        },
        {
            f"host1 {D}": "host1/2024-06-18/empty.sql host1/2024-06-18/player.sql"
            " ~host1/2024-06-18/empty.txt=game.empty ~host1/2024-06-18/player.txt=game.player"
            " host1/2024-06-18/v.sql"
        },
    ),
    parts(
        "--tab without the rows of a table",
        tab("host1/2024-06-18/", ["player"]) | {"host1/2024-06-18/score.sql": "game.score"},
        lost={"2024-06-18": "score.txt is missing"},
    ),
    parts(
        "--tab without the definition of a table",
        tab("host1/2024-06-18/", ["player"]) | {"host1/2024-06-18/score.txt": "=1\n"},
        lost={"2024-06-18": "score.sql is missing"},
    ),
    parts(
        "--tab with rows in two forms",
        tab("host1/2024-06-18/", ["player"]) | {"host1/2024-06-18/player.txt.gz": "=1\n"},
        {f"host1 {D}": "host1/2024-06-18/player.sql ~host1/2024-06-18/player.txt=game.player"},
        lost={"player.txt.gz": "not a dump"},
    ),
    parts(
        "a note beside a dump",
        {"host1_20240618.sql": "game.t", "host1_20240618.txt": "=all well\n"},
        {f"host1 {D}": "host1_20240618.sql"},
        lost={"host1_20240618.txt": "not a dump"},
    ),
    parts(
        "a note beside a dump without a time",
        {"host1.sql": "game.t", "host1.txt": "=all well\n"},
        {f"host1 {C}": "host1.sql"},
        lost={"host1.txt": "not a dump"},
    ),
]

KINDS = [
    *(
        parts(
            f"definitions and rows: {definitions}, {rows}",
            same(f"{definitions} {rows}", "game.t"),
            {f"host1 {time}": f"{definitions} {rows}"},
        )
        for definitions, rows, time in (
            ("host1-schema.sql", "host1-data.sql", C),
            ("host1_schema_20240618.sql.gz", "host1_data_20240618.sql.gz", D),
            ("host1-structure-2024-06-18.sql", "host1-rows-2024-06-18.sql", D),
            ("2024-06-18/host1_ddl.sql", "2024-06-18/host1_dml.sql", D),
            ("host1/2024-06-18/schema.sql", "host1/2024-06-18/data.sql", D),
            ("host1/schema_20240618.sql", "host1/data_20240618.sql", D),
            ("schema-host1-20240618.sql", "data-host1-20240618.sql", D),
            ("host1-no-data-20240618.sql", "host1-no-create-info-20240618.sql", D),
        )
    ),
    *(
        parts(
            f"definitions and rows that end one after the other: {one}, {other}",
            {one: "game.t@03:00:30", other: "game.t@03:05:30"},
            {f"host1 {time}": f"{one} {other}"},
        )
        for one, other, time in (
            ("host1-schema.sql.gz", "host1-data.sql.gz", "2024-06-18 03:05:30"),
            ("host1_structure.sql", "host1_data.sql", "2024-06-18 03:05:30"),
            ("schema-host1.sql", "data-host1.sql", "2024-06-18 03:05:30"),
            ("host1-schema-2024-06-18.sql", "host1-data-2024-06-18.sql", D),
            ("host1/schema.sql", "host1/data.sql", "2024-06-18 03:05:30"),
            ("host1.sql", "host1-routines.sql", "2024-06-18 03:05:30"),
        )
    ),
    parts(
        "definitions, rows, routines, triggers",
        same(
            "host1-data_20240618.sql host1-routines_20240618.sql host1-schema_20240618.sql"
            " host1-triggers_20240618.sql",
            "game.t",
        ),
        {
            f"host1 {D}": "host1-schema_20240618.sql host1-data_20240618.sql"
            " host1-routines_20240618.sql host1-triggers_20240618.sql"
        },
    ),
    parts(
        "a dump and its routines",
        same("host1_20240618.sql host1-routines_20240618.sql", "game.t"),
        {f"host1 {D}": "host1_20240618.sql host1-routines_20240618.sql"},
    ),
    parts(
        "rows that a night lacks",
        same(
            "host1-schema_20240617.sql host1-data_20240617.sql host1-schema_20240618.sql", "game.t"
        ),
        {"host1 2024-06-17": "host1-schema_20240617.sql host1-data_20240617.sql"},
        lost={"host1-schema_20240618.sql": "data of world host1 of this time is missing"},
    ),
    parts(
        "a whole dump beside definitions",
        same("host1_20240618.sql host1-schema_20240618.sql", "game.t"),
        asks="are named as parts of one world",
    ),
    parts(
        "definitions and rows without a name",
        same("2024-06-18/schema.sql 2024-06-18/data.sql", "game.t"),
        asks="are named as parts of one world",
    ),
    parts(
        "worlds that end in data",
        same("game-data_20240618.sql shop-data_20240618.sql", "game.t"),
        {f"game-data {D}": "game-data_20240618.sql", f"shop-data {D}": "shop-data_20240618.sql"},
    ),
]

MYDUMPER_FILES = {
    "game-schema-create.sql": "=CREATE DATABASE `game`;\n",
    "game.t-schema.sql": "=CREATE TABLE `t` (id int);\n",
    "game.t.00001.sql": "=INSERT INTO `t` VALUES (1);\n",
    "metadata": METADATA,
}


def mydumper(folder: str, more: Mapping[str, str] | None = None, *without: str) -> dict[str, str]:
    files = MYDUMPER_FILES | dict(more or {})
    return {f"{folder}{name}": text for name, text in files.items() if name not in without}


def mydumper_parts(folder: str) -> str:
    names = ("game-schema-create.sql", "game.t-schema.sql", "game.t.00001.sql")
    return " ".join(f"{folder}{name}" for name in names)


MYDUMPER = [
    *(
        parts(f"mydumper: {folder}", mydumper(folder), {f"{world} {time}": mydumper_parts(folder)})
        for folder, world, time in (
            ("pscale_dump_game_main_20240618_211508/", "game_main", S),
            ("host1-20240618-211508/", "host1", S),
            ("export-20240618-211508/", "game", S),
            ("host1/export-20240618-211508/", "host1", S),
            ("2024-06-18/host1/", "host1", D),
            ("host1/", "host1", "2024-06-18 21:15:10"),
        )
    ),
    parts(
        "mydumper with views, triggers, routines and chunks",
        mydumper(
            "host1_20240618/",
            {
                "game.v-schema.sql": "=",
                "game.v-schema-view.sql": "=",
                "game.t-schema-triggers.sql": "=",
                "game-schema-post.sql": "=",
                "game.t.00010.sql": "=",
                "game.t-metadata": "=",
            },
        ),
        {
            f"host1 {D}": " ".join(
                f"host1_20240618/game{name}.sql"
                for name in (
                    *("-schema-create", ".t-schema", ".v-schema", ".t.00001", ".t.00010"),
                    *("-schema-post", ".v-schema-view", ".t-schema-triggers"),
                )
            )
        },
    ),
    parts(
        "mydumper, compressed",
        {
            f"host1_20240618/{name}{'' if name == 'metadata' else '.zst'}": text
            for name, text in MYDUMPER_FILES.items()
        },
        {
            f"host1 {D}": "host1_20240618/game-schema-create.sql.zst"
            " host1_20240618/game.t-schema.sql.zst host1_20240618/game.t.00001.sql.zst"
        },
    ),
    *(
        parts(f"mydumper {label}", files, lost={"host1_20240618": words})
        for label, files, words in (
            (
                "that is still being made",
                mydumper("host1_20240618/", {"metadata.partial": "="}, "metadata"),
                "cut off or is still being made: it has metadata.partial",
            ),
            (
                "without metadata",
                mydumper("host1_20240618/", {}, "metadata"),
                "without its file metadata",
            ),
            (
                "whose metadata has no end",
                mydumper(
                    "host1_20240618/", {"metadata": "=Started dump at: 2024-06-18 21:15:08\n"}
                ),
                "no Finished dump at",
            ),
            (
                "without a definition",
                mydumper("host1_20240618/", {"game.s.00001.sql": "="}),
                "game.s-schema.sql",
            ),
            (
                "with a part in two forms",
                mydumper("host1_20240618/", {"game.t.00001.sql.gz": "="}),
                "one part is there twice",
            ),
            (
                "with rows that are not SQL",
                mydumper("host1_20240618/", {"game.t.00002.dat": "="}),
                "rows that are not SQL",
            ),
        )
    ),
]

SPLIT = [
    *(
        parts(
            f"parts by split: {' '.join(ends)}",
            {f"host1_{D}.sql.gz{end}": "=x" * 2 for end in ends},
            {f"host1 {D}": "+".join(f"host1_{D}.sql.gz{end}" for end in ends)},
        )
        for ends in (
            *((".aa", ".ab"), ("-aa", "-ab", "-ac"), ("aa", "ab"), (".aaa", ".aab")),
            *((".00", ".01"), (".000", ".001", ".002"), (".001", ".002"), ("-01", "-02")),
            *(
                (".part1", ".part2"),
                (".part01", ".part02"),
                (".part-1", ".part-2"),
                ("_part0", "_part1"),
            ),
            tuple(f".part{number}" for number in range(1, 12)),
        )
    ),
    parts(
        "source part2.sql",
        {
            "host1_20240618-part1.sql": "game.t",
            "host1_20240618-part2.sql": "=INSERT INTO t VALUES (1);\n",
        },
        {f"host1 {D}": "host1_20240618-part1.sql+host1_20240618-part2.sql"},
    ),
    parts(
        "parts with their number",
        same("host1_20240618.part1of2.sql.gz host1_20240618.part2of2.sql.gz", "=x"),
        {f"host1 {D}": "host1_20240618.part1of2.sql.gz+host1_20240618.part2of2.sql.gz"},
    ),
    *(
        parts(
            f"parts of which one is missing: {' '.join(ends)}",
            {f"host1_{D}.sql.gz{end}": "=x" for end in ends},
            lost={f"host1_{D}.sql.gz{ends[0]}": missing},
        )
        for ends, missing in (
            ((".aa", ".ac"), ".ab is missing"),
            ((".ab", ".ac"), ".aa is missing"),
            ((".001", ".003"), ".002 is missing"),
            ((".002", ".003"), ".001 is missing"),
            ((".part1", ".part4"), ".part2 and 1 more is missing"),
            ((".aa",), "one part of a split dump"),
        )
    ),
    parts(
        "parts of which the last is missing, by their number",
        same("host1_20240618.part1of3.sql host1_20240618.part2of3.sql", "=x"),
        lost={"host1_20240618.part1of3.sql": ".part3 is missing"},
    ),
    parts(
        "parts beside the whole",
        same(f"host1_{D}.sql.gz host1_{D}.sql.gz.aa host1_{D}.sql.gz.ab", "game.t"),
        {f"host1 {D}": f"host1_{D}.sql.gz"},
        lost={f"host1_{D}.sql.gz.aa": "in one file too"},
    ),
    parts(
        "numbered dumps that are whole",
        same("host1.sql.01 host1.sql.02", "game.t"),
        lost={"host1.sql.01": "each a dump"},
    ),
    parts(
        "numbered files of different sizes",
        {"host1_20240618.sql.01": "=x", "host1_20240618.sql.02": "=xxx"},
        lost={"host1_20240618.sql.01": "of different sizes"},
    ),
]

PATTERNS = [
    *(
        parts(
            f"a pattern: {pattern}",
            files,
            {f"{world} {D}": " ".join(files)},
            pattern=pattern,
        )
        for pattern, world, files in (
            (
                "{world}/{time}/{database}",
                "h",
                same("h/2024-06-18/a.sql h/2024-06-18/b.sql", "game.t"),
            ),
            (
                "{time}/{world}/{table}",
                "game",
                same("2024-06-18/game/a.sql 2024-06-18/game/b.sql", "game.t"),
            ),
            ("{world}_{part}_{time}", "h", same("h_1_20240618.sql h_2_20240618.sql", "game.t")),
            (
                "{world}/{time}/{database}.{table}",
                "h",
                same("h/20240618/a.x.sql h/20240618/b.x.sql", "game.t"),
            ),
            (
                "{time}/{world}-{part}",
                "eu",
                same("2024-06-18/eu-x.sql.gz 2024-06-18/eu-y.sql.gz", "game.t"),
            ),
        )
    ),
    parts(
        "mydumper, by a pattern",
        mydumper("20240618/eu/"),
        {f"eu {D}": mydumper_parts("20240618/eu/")},
        pattern="{time}/{world}",
    ),
    parts(
        "a pattern by which each is a world",
        same("2024-06-18/game/berlin.sql 2024-06-18/game/paris.sql", "game.t"),
        {
            f"berlin {D}": "2024-06-18/game/berlin.sql",
            f"paris {D}": "2024-06-18/game/paris.sql",
        },
        pattern="{time}/game/{world}",
    ),
    parts(
        "a pattern of parts of two nights",
        same("h/20240617/a.sql h/20240617/b.sql h/20240618/a.sql", "game.t"),
        {"h 2024-06-17": "h/20240617/a.sql h/20240617/b.sql", f"h {D}": "h/20240618/a.sql"},
        pattern="{world}/{time}/{database}",
        warns="it lacks b, which other moments have",
    ),
]

ARCHIVES = [
    parts(
        "one dump in an archive that is named as one",
        {"host1_20240618.zip!backup.sql": "game.t"},
        {f"host1 {D}": "host1_20240618.zip!backup.sql"},
    ),
    parts(
        "one dump in an archive, which has its time",
        {"host1.zip!game_20240618.sql": "game.t"},
        {f"game {D}": "host1.zip!game_20240618.sql"},
    ),
    parts(
        "one dump in an archive of a day",
        {"2024-06-18.zip!host1.sql": "game.t"},
        {f"host1 {D}": "2024-06-18.zip!host1.sql"},
    ),
    parts(
        "worlds in an archive of a day",
        {"backup-2024-06-18.zip!host1.sql": "game.t", "backup-2024-06-18.zip!host2.sql": "game.t"},
        {
            f"host1 {D}": "backup-2024-06-18.zip!host1.sql",
            f"host2 {D}": "backup-2024-06-18.zip!host2.sql",
        },
    ),
    parts(
        "databases in an archive of a host",
        {f"host1_2024-06-18.zip!{n}.sql": f"{n}.{n}_t" for n in ("auth", "world")},
        {f"host1 {D}": "host1_2024-06-18.zip!auth.sql host1_2024-06-18.zip!world.sql"},
    ),
    parts(
        "a folder of --tab in an archive",
        {f"host1_2024-06-18.zip!game/{n}": t for n, t in tab("", ["player"]).items()},
        {
            f"host1 {D}": "host1_2024-06-18.zip!game/player.sql"
            " ~host1_2024-06-18.zip!game/player.txt=game.player"
        },
    ),
    parts(
        "mydumper in an archive",
        {f"host1_2024-06-18.zip!out/{n}": t for n, t in MYDUMPER_FILES.items()},
        {
            f"out {D}": " ".join(
                f"host1_2024-06-18.zip!out/{n}" for n in MYDUMPER_FILES if n != "metadata"
            )
        },
    ),
    parts(
        "an archive without dumps",
        {"host1_20240618.zip!readme.md": "=hello", "host2_20240618.sql": "game.t"},
        {f"host2 {D}": "host2_20240618.sql"},
        lost={"host1_20240618.zip": "an archive without dumps"},
    ),
    parts(
        "an archive with a dump and more",
        {"host1_20240618.zip!dump.sql": "game.t", "host1_20240618.zip!readme.md": "=hello"},
        {f"host1 {D}": "host1_20240618.zip!dump.sql"},
        lost={"host1_20240618.zip": "readme.md in it: not named as dumps"},
    ),
    parts(
        "an archive in pieces",
        {"host1_20240618.zip.aa": "=PK", "host1_20240618.zip.ab": "=x"},
        lost={"host1_20240618.zip": "an archive without dumps"},
    ),
    parts(
        "names that climb out of an archive",
        {
            "2024-06-18.zip!../../etc/host1.sql": "game.t",
            "2024-06-18.zip!/root/host2.sql": "game.t",
        },
        {
            f"host1 {D}": "2024-06-18.zip!../../etc/host1.sql",
            f"host2 {D}": "2024-06-18.zip!/root/host2.sql",
        },
    ),
]

ALL = [*DATABASES, *TABLES, *ROWS, *KINDS, *MYDUMPER, *SPLIT, *PATTERNS, *ARCHIVES]
