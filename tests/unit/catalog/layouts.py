"""How dumps are named in public: by tools, in one-liners of cron, in other languages and systems.

Each layout is some paths, the closing lines that decide where names do not, and what a careful
person reads: a world and a time for each path, None for a file that must not be read, ASKS for a
source where nothing may start before the user has said what is meant.
"""

from dataclasses import dataclass

ASKS = "asks"
CLOSED = "2024-06-18 21:15:30"
"""The closing line of most dumps here."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Some files, and what they are."""

    label: str
    files: dict[str, str | None]
    """Path to `WORLD TIME`; None for what must not be read."""
    closings: dict[str, str | None]
    """Path to the time of the closing line; `CLOSED` for those that are not in here."""
    asks: bool = False


def one(path: str, expected: str | None, closing: str | None = CLOSED) -> Layout:
    return Layout(path, {path: expected}, {path: closing})


def many(label: str, *files: tuple[str, str | None, str | None] | tuple[str, str | None]) -> Layout:
    """Return a layout of (path, expected) or (path, expected, closing line).

    Without a closing line it is that of a dump of the expected time.
    """
    return Layout(
        label,
        {file[0]: file[1] for file in files},
        {file[0]: file[2] if len(file) > 2 else _closing_of(file[1]) for file in files},
    )


def closed(path: str, world: str, time: str) -> tuple[str, str, str]:
    """Return a file for `many` whose time is that of its closing line."""
    return path, f"{world} {time}", time


def _closing_of(expected: str | None) -> str:
    _, _, time = (expected or "").partition(" ")
    return time + CLOSED[len(time) :]


def asked(label: str, *files: tuple[str, str | None]) -> Layout:
    """Return a layout of (path, closing line) that nobody can read for certain."""
    return Layout(label, {file[0]: None for file in files}, dict(files), asks=True)


D, S, M = "2024-06-18", "2024-06-18 21:15:08", "2024-06-18 21:15"

ONE_FILE = [
    # One-liners of cron: $(date …) in every usual format.
    one("host1-2024-06-18.sql.gz", f"host1 {D}"),
    one("host1_20240618.sql.gz", f"host1 {D}"),
    one("host1-2024-06-18_21-15-08.sql.gz", f"host1 {S}"),
    one("host1-2024-06-18-2115.sql", f"host1 {M}"),
    one("host1.2024-06-18T21:15:08.sql.zst", f"host1 {S}"),
    one("host1-2024-06-18T21:15:08+02:00.sql.gz", "host1 2024-06-18 19:15:08"),
    one("host1-20240618T211508Z.sql.gz", f"host1 {S}"),
    one("host1-1718745308.sql.gz", f"host1 {S}"),
    one("host1-1718745308123.sql.gz", "host1 2024-06-18 21:15:08.123"),
    one("host1-1718745308123456.sql.gz", "host1 2024-06-18 21:15:08.123456"),
    one("host1-1718745308123456789.sql.gz", "host1 2024-06-18 21:15:08.123456"),
    one("host1-1718745308.sql.gz", f"host1 {S}", None),
    one("host1_Tue_Jun_18_21:15:08_UTC_2024.sql", f"host1 {S}"),
    one("host1 Tue Jun 18 21:15:08 CEST 2024.sql", "host1 2024-06-18 19:15:08"),
    one("host1-18Jun2024.sql.gz", f"host1 {D}"),
    one("host1_18-Jun-2024_2115.sql.gz", f"host1 {M}"),
    one("host1-June-18-2024.sql.gz", f"host1 {D}"),
    one("Jun-18-24.host1.sql.gz", f"host1 {D}"),
    one("host1_18Jun24.sql.gz", f"host1 {D}"),
    one("host1-2024Jun18.sql.gz", f"host1 {D}"),
    one("host1-2024-Jun-18-21h15.sql.gz", f"host1 {M}"),
    one("host1_Tue-2024-06-18.sql.gz", f"host1 {D}"),
    one("host1_2024-06-18_Tue.sql.gz", f"host1 {D}"),
    one("host1-Tuesday-2024-06-18.sql.gz", f"host1 {D}"),
    one("2024-06-18-Tue-host1.sql.gz", f"host1 {D}"),
    one("host1_2024-06-18_Mon.sql.gz", None),
    one("host1_2024-W25-2.sql.gz", f"host1 {D}"),
    one("host1_2024W252.sql.gz", f"host1 {D}"),
    one("host1_2024_W25_2.sql.gz", f"host1 {D}"),
    one("host1_2024.W25.2.sql.gz", f"host1 {D}"),
    one("host1_2024_W25.sql.gz", f"host1 {CLOSED}"),
    one("host1_2024-W25.sql.gz", f"host1 {CLOSED}"),
    one("host1_2024-KW25.sql.gz", f"host1 {CLOSED}"),
    one("host1_2024-W25.sql.gz", "host1 2024-06-17", None),
    one("2024-W25/host1.sql.gz", "host1 2024-06-21 03:00:30", "2024-06-21 03:00:30"),
    # `date +%W`, and a job that names the week that has just ended.
    one("host1_2025-W24.sql.gz", "host1 2025-06-22 03:00:30", "2025-06-22 03:00:30"),
    one("host1_2024-W25.sql.gz", "host1 2024-06-17", "2024-02-11 03:00:00"),
    one("host1_2024-W25_1.sql.gz", None),
    one("host1_2024-170.sql.gz", f"host1 {D}"),
    one("host1_2024170.sql.gz", f"host1 {D}"),
    one("host1_2024170.sql.gz", None, None),
    one("host1_2024-06.sql.gz", "host1 2024-06-18 21:15:30"),
    one("host1_202406.sql.gz", "host1 2024-06-18 21:15:30"),
    one("host1_2024-06.sql.gz", None, "2024-02-11 03:00:00"),
    one("host1_2024.sql.gz", "host1_2024 2024-06-18 21:15:30"),
    # The parts of a time that people add.
    one("host1/2024-06-18_09-15-PM.sql.gz", f"host1 {M}"),
    one("host1/2024-06-18 09.15.08 PM.sql", f"host1 {S}"),
    one("host1_2024-06-18_9PM.sql", "host1 2024-06-18 21:00"),
    one("host1_2024-06-18_12-30-AM.sql", "host1 2024-06-18 00:30"),
    one("host1_2024-06-18_12-30-pm.sql", "host1 2024-06-18 12:30"),
    one("host1_20240618_0915PM.sql", f"host1 {M}"),
    one("2024-06-18T21-15-08.123Z-host1.sql.gz", "host1 2024-06-18 21:15:08.123"),
    one("host1_20240618211508123.sql.gz", "host1 2024-06-18 21:15:08.123"),
    one("host1_2024-06-18T21-15-08,456789.sql.gz", "host1 2024-06-18 21:15:08.456789"),
    one("2024-06-18_21-15-08_EST_host1.sql.gz", f"host1 {S}"),
    one("host1_2024-06-18_21-15-08_CET.sql.gz", "host1 2024-06-18 20:15:08"),
    one("host1_2024-06-18_21-15-08_UTC.sql.gz", f"host1 {S}"),
    one("host1_2024-06-18_21-15-08_GMT+2.sql.gz", "host1 2024-06-18 19:15:08"),
    one("host1_20240618_211508+0530.sql.gz", "host1 2024-06-18 15:45:08"),
    one("host1 2024-06-18 21:15:08 +0200.sql", "host1 2024-06-18 19:15:08"),
    # Other orders of a date.
    one("host1_18-06-2024.sql.gz", f"host1 {D}"),
    one("host1_06-18-2024.sql.gz", f"host1 {D}"),
    one("host1_18.06.2024.sql.gz", f"host1 {D}"),
    one("host1_18.6.2024.sql.gz", f"host1 {D}"),
    one("db 18.06.2024 21-15.sql", f"db {M}"),
    one("host1_18062024.sql.gz", f"host1 {D}"),
    one("host1_18062024_2115.sql.gz", f"host1 {M}"),
    one("host1_05-06-2024.sql.gz", None, None),
    one("host1_05-06-2024.sql.gz", "host1 2024-06-05", "2024-06-05 21:15:30"),
    one("host1_05-06-2024.sql.gz", "host1 2024-05-06", "2024-05-06 21:15:30"),
    one("host1_05-06-2024.sql.gz", None, "2024-02-11 03:00:00"),
    one("host1_05-05-2024.sql.gz", "host1 2024-05-05", None),
    one("host1_18-06-24.sql.gz", f"host1 {D}"),
    one("host1_18-06-24.sql.gz", None, None),
    one("host1_240618.sql.gz", f"host1 {D}"),
    one("host1_240618.sql.gz", None, None),
    one("host1-240618-0300.sql.gz", "host1 2024-06-18 03:00"),
    one("host1_240618211508.sql.gz", f"host1 {S}"),
    one("host1_2406182115.sql.gz", f"host1 {M}"),
    one("host1_202406182115.sql.gz", f"host1 {M}"),
    one("host1_2024061821.sql.gz", "host1 2024-06-18 21:00"),
    one("host1_2024-18-06.sql.gz", None),
    one("host1_20240230.sql.gz", None),
    one("host1_2024-06-31.sql.gz", None),
    # A time of day before or apart from its day.
    one("host1_21-15-08_2024-06-18.sql.gz", f"host1 {S}"),
    one("host1_21h15_2024-06-18.sql.gz", f"host1 {M}"),
    one("2024-06-18/host1_21-15-08.sql.gz", f"host1 {S}"),
    one("2024-06-18/host1_21h15.sql.gz", f"host1 {M}"),
    one("2024-06-18/host1_09-15-PM.sql.gz", f"host1 {M}"),
    one("20240618/host1_0300.sql.gz", "host1 2024-06-18 03:00", "2024-06-18 03:00:30"),
    one("20240618/host1_0300.sql.gz", None),
    one("host1/20240618/0300.sql.gz", "host1 2024-06-18 03:00", "2024-06-18 03:00:30"),
    one("host1/20240618/0300.sql.gz", None, None),
    one("host1_0300_20240618.sql.gz", None, "2024-06-18 03:00:30"),
    one("2024-06-18_1001_09-40-PM.sql.gz", None),
    one("host1.18_06_2024_21_15_08.sql.gz", f"host1 {S}"),
    one("may_07.08.2019.sql.gz", "may 2019-08-07", "2019-08-07 03:00:30"),
    one("shop_1001_20240618.sql.gz", f"shop_1001 {D}"),
    one("shop_1001_20240618.sql.gz", None, None),
    one("2024-06-18_03-host1.sql.gz", "host1 2024-06-18 03:00", "2024-06-18 03:00:30"),
    one("2024-06-18_03-host1.sql.gz", None, None),
    one("2024-06-18/host1_Tue.sql.gz", f"host1 {D}"),
    one("2024-06-18/host1_Mon.sql.gz", None),
    one("Tue_2024-06-18.sql.gz", None),
    one("2024-06-18_21-15-08-123_host1.sql.gz", None),
    one("host12024-06-18.sql.gz", None),
    one("host1_week25.sql.gz", "host1 2024-06-18 21:15:30"),
    one("2024-06-18/2115.sql.gz", None, None),
    one("acme/2024-06-18/1001.sql.gz", None, None),
    one("host1/2024/06/18/211508.sql.gz", f"host1 {S}"),
    # Tools.
    one("daily/game/daily_game_2024-06-18_06h25m_Tuesday.sql.gz", "game 2024-06-18 06:25"),
    one("weekly/game/weekly_game_2024-06-18_06h25m_25.sql.gz", "game 2024-06-18 06:25"),
    one("monthly/game/monthly_game_2024-06-18_06h25m_June.sql.gz", "game 2024-06-18 06:25"),
    one("host1/daily/game/daily_game_2024-06-18_06h25m_Tuesday.sql.gz", "host1 2024-06-18 06:25"),
    one("daily.0/host1.sql.gz", f"host1 {CLOSED}"),
    one("hourly.3/host1/mysqldump.sql.gz", f"host1 {CLOSED}"),
    one("backupninja/mysql/sqldump/game.sql.gz", f"game {CLOSED}"),
    one("holland/mysqldump/20240618_211508/backup_data/game.sql.gz", f"game {S}"),
    one("user_wordpress.sql.gz", f"user_wordpress {CLOSED}"),
    one("user_wordpress_2024-06-18.sql.gz", f"user_wordpress {D}"),
    one("backup-host1-20240618.master.sql.bz2", None),
    one("host1-mysqldump.20240618.sql.bz2", f"host1 {D}"),
    one("mysqldump-host1-20240618T0300Z.sql.zst", "host1 2024-06-18 03:00"),
    one("mysql-backup-28645200-x7k2p.sql.gz", f"mysql-backup-28645200-x7k2p {CLOSED}"),
    one("wordpress-db-backup-2024-06-18-21-15-08.sql.gz", f"wordpress-db {S}"),
    one("localhost-2024_06_18_21_15_08-dump.sql", f"localhost {S}"),
    one("db_backup_2024-06-18T211508Z.sql.gz", f"db {S}"),
    one("db_backup_20240618211508.gz", f"db {S}"),
    one("dump-game-202406182115.sql", f"game {M}"),
    one("game_backup_2024_06_18_21_15.sql", f"game {M}"),
    one("mysqldump_2024-06-18/host1.sql.gz", f"host1 {D}"),
    one("host1_fulldump_20240618_211508.sql.gz", f"host1 {S}"),
    # Object stores.
    one("year=2024/month=06/day=18/host1.sql.gz", f"host1 {D}"),
    one("y=2024/m=6/d=18/host1.sql.gz", f"host1 {D}"),
    one("host1/year=2024/month=06/day=18/dump.sql.zst", f"host1 {D}"),
    one("dt=2024-06-18/host1.sql.gz", f"host1 {D}"),
    one("2024/06/18/host1.sql.gz", f"host1 {D}"),
    one("2024/June/18/host1.sql.gz", f"host1 {D}"),
    one("2024/06/host1_20240618.sql.gz", f"host1 {D}"),
    one("s3/host1/2024/06/18/21-15-08.sql.gz", f"host1 {S}"),
    # Endings.
    one("HOST1_FULLDUMP_20240618.SQL.GZ", f"HOST1 {D}"),
    one("host1-2024-06-18.gz", f"host1 {D}"),
    one("host1_20240618.dump.gz", f"host1 {D}"),
    one("host1_20240618.mysql", f"host1 {D}"),
    one("host1_20240618.sqldump.gz", f"host1 {D}"),
    one("host1_20240618.dmp", f"host1 {D}"),
    one("host1_20240618", f"host1 {D}"),
    one("host1.sql-20240618.gz", f"host1 {D}"),
    one("host1.sql.gz-20240618", f"host1 {D}"),
    one("host1.sql.gz-2024061803", "host1 2024-06-18 03:00"),
    one("host1_20240618.sql.gz.md5", None),
    one("host1_20240618.sql.gz.sha256", None),
    one("host1_20240618.sql.gz.gpg", f"host1 {D}"),
    one("host1_20240618.sql.age", f"host1 {D}"),
    one("host1_20240618.sql.lz4", f"host1 {D}"),
    one("host1_20240618.sql.gz.sig", None),
    one("host1_20240618.sql.zip", None),
    one("host1_20240618.sql.gz.tmp", None),
    one("host1_20240618.sql.gz.aa", None),
    one("host1_20240618.sql.gz.001", None),
    one("host1_20240618.sql.gz.part1", None),
    one("host1_20240618.sql.gz00", None),
    one("host1_20240618.sqlaa", None),
    one("host1.sql.gz.1", f"host1 {CLOSED}"),
    one("host1.sql.2.gz", f"host1 {CLOSED}"),
    # Worlds with names that hold numbers, dots, and words of a calendar.
    one("db.eu-1.example.com_20240618.sql.gz", f"db.eu-1.example.com {D}"),
    one("10.0.0.12_20240618.sql.gz", f"10.0.0.12 {D}"),
    one("host1-rack2_20240618.sql.gz", f"host1-rack2 {D}"),
    one("season-2024_20240618.sql.gz", f"season-2024 {D}"),
    one("mysql-8.0.36_20240618.sql.gz", f"mysql-8.0.36 {D}"),
    one("1001_20240618.sql.gz", f"1001 {D}"),
    one("customer-1000000001_20240618.sql.gz", f"customer-1000000001 {D}"),
    one("may_20240618.sql.gz", f"may {D}"),
    one("mars_20240618.sql.gz", f"mars {D}"),
    one("sun_20240618.sql.gz", f"sun {D}"),
    one("shop-240101_20240618.sql.gz", f"shop-240101 {D}"),
    one("welt-am-sonntag_20240618.sql.gz", None),
    one("höst_20240618.sql.gz", None),
    one("игра_2024-06-18.sql.gz", None),
    one("host1 (2024-06-18).sql.gz", f"host1 {D}"),
    one("host1@2024-06-18.sql.gz", f"host1 {D}"),
    one("[host1] 2024-06-18.sql.gz", f"host1 {D}"),
    one("host1_20240618_eu.sql.gz", None),
    one("host1-20240618-1.sql.gz", None),
    one("20240618-21-15-08-123.sql.gz", None),
    one("host1_20240618_20240619.sql.gz", None),
    one("host1_2024-06-18_1718745308.sql.gz", f"host1 {S}"),
    one("2024-06-18/host1_18-06-24_2115.sql.gz", f"host1 {M}"),
]

FOLDERS = [
    many(
        "day first, settled by one of the files",
        ("host1_05-06-24.sql", "host1 2024-06-05", "2024-06-05 03:00:09"),
        ("host1_13-06-24.sql", "host1 2024-06-13", "2024-06-13 03:00:09"),
    ),
    many(
        "day first with a year of four digits, settled by another world's file",
        ("alpha_05.06.2024.sql", "alpha 2024-06-05", None),
        ("beta_13.06.2024.sql", "beta 2024-06-13", None),
    ),
    many(
        "month first, settled by another file",
        ("host1_05-06-2024.sql", "host1 2024-05-06", None),
        ("host1_05-13-2024.sql", "host1 2024-05-13", None),
    ),
    many(
        "no order fits all, nor one of each family",
        ("host1_13-06-2024.sql", None, None),
        ("host1_06-13-2024.sql", None, None),
    ),
    many(
        "each host by its own order",
        ("alpha_13-06-2024.sql", "alpha 2024-06-13", None),
        ("beta_06-13-2024.sql", "beta 2024-06-13", None),
    ),
    many(
        "year first in two digits, a month of them",
        ("host1_240529.sql", "host1 2024-05-29", None),
        ("host1_240530.sql", "host1 2024-05-30", None),
        ("host1_240628.sql", "host1 2024-06-28", None),
    ),
    many(
        "all values up to 12 and no closing line",
        ("host1_010203.sql", None, None),
        ("host1_020203.sql", None, None),
    ),
    many(
        "weekdays, abbreviated",
        closed("db_host1_Mon.sql.gz", "db_host1", "2024-06-17 03:00:30"),
        closed("db_host1_Tue.sql.gz", "db_host1", "2024-06-18 03:00:30"),
        closed("db_host2_Mon.sql.gz", "db_host2", "2024-06-17 03:00:30"),
        closed("db_host2_Tue.sql.gz", "db_host2", "2024-06-18 03:00:30"),
    ),
    many(
        "weekdays in full",
        closed("host1-Monday.sql", "host1", "2024-06-17 03:00:30"),
        closed("host1-Tuesday.sql", "host1", "2024-06-18 03:00:30"),
    ),
    many(
        "weekdays in French",
        closed("jeux_lundi.sql", "jeux", "2024-06-17 03:00:30"),
        closed("jeux_mardi.sql", "jeux", "2024-06-18 03:00:30"),
    ),
    many(
        "weekdays in Polish",
        closed("gra_sroda.sql", "gra", "2024-06-19 03:00:30"),
        closed("gra_czwartek.sql", "gra", "2024-06-20 03:00:30"),
        closed("gra_piatek.sql", "gra", "2024-06-21 03:00:30"),
    ),
    many(
        "days and months",
        closed("w1_17Jun.sql", "w1", "2024-06-17 03:00:30"),
        closed("w1_18Jun.sql", "w1", "2024-06-18 03:00:30"),
    ),
    many(
        "hours with their unit",
        closed("shop-00h.sql", "shop", "2024-06-18 00:02:30"),
        closed("shop-06h.sql", "shop", "2024-06-18 06:02:30"),
        closed("shop-18h.sql", "shop", "2024-06-17 18:02:30"),
    ),
    asked(
        "before and after an update, or worlds",
        ("host1_before_update.sql", "2024-06-17 03:00:30"),
        ("host1_after_update.sql", "2024-06-18 03:00:30"),
        ("host2_before_update.sql", "2024-06-17 03:02:30"),
        ("host2_after_update.sql", "2024-06-18 03:02:30"),
    ),
    asked(
        "months and days, or worlds",
        ("w1_0617.sql", "2024-06-17 03:00:30"),
        ("w1_0618.sql", "2024-06-18 03:00:30"),
    ),
    many(
        "worlds called old and new, dumped in one night",
        closed("shop-old.sql", "shop-old", "2024-06-18 03:00:30"),
        closed("shop-new.sql", "shop-new", "2024-06-18 03:02:30"),
    ),
    many(
        "weekdays in German",
        closed("spiel.montag.sql", "spiel", "2024-06-17 03:00:30"),
        closed("spiel.dienstag.sql", "spiel", "2024-06-18 03:00:30"),
    ),
    many(
        "weekdays in folders",
        closed("Mon/host1.sql", "host1", "2024-06-17 03:00:30"),
        closed("Tue/host1.sql", "host1", "2024-06-18 03:00:30"),
    ),
    many(
        "weekdays below the host",
        closed("host1/Mon.sql", "host1", "2024-06-17 03:00:30"),
        closed("host1/Tue.sql", "host1", "2024-06-18 03:00:30"),
        closed("host2/Mon.sql", "host2", "2024-06-17 03:00:30"),
    ),
    many(
        "weekdays without closing lines",
        ("db_host1_Mon.sql.gz", None, None),
        ("db_host1_Tue.sql.gz", None, None),
    ),
    asked("one weekday that its closing line fits", ("host1_Tue.sql.gz", CLOSED)),
    many(
        "one weekday that its closing line does not fit",
        ("host1_sat.sql.gz", "host1_sat 2024-06-18 21:15:30"),
    ),
    many(
        "times of day right before the day",
        ("host1_0317_2024-06-17.sql", "host1 2024-06-17 03:17", "2024-06-17 03:18:30"),
        ("host1_2107_2024-06-17.sql", "host1 2024-06-17 21:07", "2024-06-17 21:08:30"),
    ),
    many(
        "months",
        closed("host1_January.sql", "host1", "2024-01-31 03:00:30"),
        closed("host1_February.sql", "host1", "2024-02-29 03:00:30"),
    ),
    many(
        "worlds with the names of months",
        ("april.sql", "april 2024-06-18 21:15:30"),
        ("june.sql", "june 2024-06-18 21:15:30"),
    ),
    many(
        "weeks of the year",
        closed("host1_w24.sql", "host1", "2024-06-11 03:00:30"),
        closed("host1_w25.sql", "host1", "2024-06-18 03:00:30"),
    ),
    many(
        "logrotate",
        closed("host1.1.gz", "host1", "2024-06-18 03:00:30"),
        closed("host1.2.gz", "host1", "2024-06-17 03:00:30"),
        closed("host1.3.gz", "host1", "2024-06-16 03:00:30"),
    ),
    many(
        "logrotate after the ending, with the file of today",
        closed("host1.sql.gz", "host1", "2024-06-18 03:00:30"),
        closed("host1.sql.gz.1", "host1", "2024-06-17 03:00:30"),
        closed("host1.sql.gz.2", "host1", "2024-06-16 03:00:30"),
    ),
    many(
        "logrotate with dateext",
        ("host1.sql-20240617.gz", "host1 2024-06-17"),
        ("host1.sql-20240618.gz", "host1 2024-06-18"),
    ),
    asked(
        "hours of a day, or worlds dumped in turn",
        ("db_03.sql.gz", "2024-06-18 03:00:30"),
        ("db_09.sql.gz", "2024-06-18 09:00:30"),
        ("db_15.sql.gz", "2024-06-18 15:00:30"),
        ("db_21.sql.gz", "2024-06-18 21:00:30"),
    ),
    asked(
        "days of the month, or worlds dumped in turn",
        ("db_16.sql.gz", "2024-06-16 03:00:30"),
        ("db_17.sql.gz", "2024-06-17 03:00:30"),
        ("db_18.sql.gz", "2024-06-18 03:00:30"),
    ),
    asked(
        "numbers of weekdays, or worlds dumped in turn",
        ("host1-1.sql.gz", "2024-06-17 03:00:30"),
        ("host1-2.sql.gz", "2024-06-18 03:00:30"),
        ("host1-3.sql.gz", "2024-06-19 03:00:30"),
    ),
    asked(
        "times of day, or worlds dumped in turn",
        ("db_0317.sql.gz", "2024-06-18 03:18:30"),
        ("db_2107.sql.gz", "2024-06-18 21:08:30"),
    ),
    asked(
        "a counter beside the day",
        ("host1_001_2024-06-16.sql", None),
        ("host1_002_2024-06-17.sql", None),
        ("host1_003_2024-06-18.sql", None),
    ),
    asked(
        "a counter alone",
        ("dump_0041.sql", "2024-06-16 03:00:30"),
        ("dump_0042.sql", "2024-06-17 03:00:30"),
        ("dump_0043.sql", "2024-06-18 03:00:30"),
    ),
    asked(
        "a 12-hour clock without AM and PM",
        ("host1_2024-06-18_03-30-00.sql", "2024-06-18 03:30:10"),
        ("host1_2024-06-18_06-30-00.sql", "2024-06-18 18:30:10"),
        ("host1_2024-06-18_11-30-00.sql", "2024-06-18 11:30:10"),
    ),
    many(
        "a morning's dumps by a 24-hour clock, in another zone",
        ("host1_2024-06-18_03-30-00.sql", "host1 2024-06-18 03:30", "2024-06-18 05:30:10"),
        ("host1_2024-06-18_06-30-00.sql", "host1 2024-06-18 06:30", "2024-06-18 08:30:10"),
    ),
    many(
        "hour and minute in the file, day in the folder",
        ("2024-06-18/db-0300.sql", "db 2024-06-18 03:00"),
        ("2024-06-18/db-2100.sql", "db 2024-06-18 21:00"),
        ("2024-06-19/db-0300.sql", "db 2024-06-19 03:00"),
    ),
    many(
        "minutes that are not round, borne out by closing lines",
        ("2024-06-17/host1_2117.sql", "host1 2024-06-17 21:17", "2024-06-17 21:18:30"),
        ("2024-06-18/host1_2103.sql", "host1 2024-06-18 21:03", "2024-06-18 21:04:30"),
    ),
    many(
        "hours in the file, borne out by closing lines",
        ("2024-06-18/host1_03.sql", "host1 2024-06-18 03:00", "2024-06-18 03:01:30"),
        ("2024-06-18/host1_21.sql", "host1 2024-06-18 21:00", "2024-06-18 21:01:30"),
    ),
    many(
        "tenants by number in folders by day",
        ("2024-06-18/shop_1001.sql", "shop_1001 2024-06-18"),
        ("2024-06-18/shop_1002.sql", "shop_1002 2024-06-18"),
        ("2024-06-18/shop_1003.sql", "shop_1003 2024-06-18"),
    ),
    many(
        "racks by number in folders by day",
        ("2024-06-18/host1-01.sql", "host1-01 2024-06-18"),
        ("2024-06-18/host1-02.sql", "host1-02 2024-06-18"),
    ),
    many(
        "shards",
        *(
            (
                f"shard-{i:04}.sql",
                f"shard-{i:04} 2024-06-18 03:{i:02}:30",
                f"2024-06-18 03:{i:02}:30",
            )
            for i in range(1, 41)
        ),
    ),
    many(
        "shards in a folder by day",
        *((f"2024-06-18/shard-{i:04}.sql", f"shard-{i:04} 2024-06-18") for i in range(1, 41)),
    ),
    many(
        "tenants of ten digits",
        *(
            (f"customer-100000000{i}.sql", f"customer-100000000{i} 2024-06-18 21:15:30")
            for i in range(1, 8)
        ),
    ),
    many(
        "tenants of ten digits that could be seconds of this year",
        *(
            (f"customer-171000000{i}.sql", f"customer-171000000{i} 2024-06-18 21:15:30")
            for i in range(1, 8)
        ),
    ),
    many(
        "tenants of six digits that could be days",
        *((f"shop-1101{i:02}.sql", f"shop-1101{i:02} 2024-06-18 21:15:30") for i in range(1, 13)),
    ),
    many(
        "customers by year",
        *(
            (f"season-{year}.sql", f"season-{year} 2024-06-18 21:15:30")
            for year in range(2019, 2025)
        ),
    ),
    many(
        "hosts by rack",
        *(
            (f"host{i}-rack{j}_20240618_0{i}{j}000.sql", f"host{i}-rack{j} 2024-06-18 0{i}:{j}0")
            for i in range(1, 4)
            for j in range(1, 4)
        ),
    ),
    many(
        "four hundred worlds with one dump each",
        *((f"w{i}_20240618.sql.gz", f"w{i} 2024-06-18") for i in range(1, 401)),
    ),
    many(
        "worlds that are dumped every quarter of an hour of one night",
        *(
            (
                f"w{i}.sql.gz",
                f"w{i} 2024-06-18 0{i // 4}:{i % 4 * 15:02}:30",
                f"2024-06-18 0{i // 4}:{i % 4 * 15:02}:30",
            )
            for i in range(1, 13)
        ),
    ),
    many(
        "two worlds, one of which was dumped a day earlier",
        closed("host1.sql.gz", "host1", "2024-06-18 03:00:30"),
        closed("host2.sql.gz", "host2", "2024-06-17 03:00:30"),
    ),
    many(
        "automysqlbackup",
        ("daily/game/daily_game_2024-06-17_06h25m_Monday.sql.gz", "game 2024-06-17 06:25"),
        ("daily/game/daily_game_2024-06-18_06h25m_Tuesday.sql.gz", "game 2024-06-18 06:25"),
        ("weekly/game/weekly_game_2024-06-15_06h25m_24.sql.gz", "game 2024-06-15 06:25"),
        ("monthly/game/monthly_game_2024-06-01_06h25m_June.sql.gz", "game 2024-06-01 06:25"),
    ),
    many(
        "rsnapshot",
        closed("daily.0/host1.sql.gz", "host1", "2024-06-18 03:00:30"),
        closed("daily.1/host1.sql.gz", "host1", "2024-06-17 03:00:30"),
        closed("weekly.0/host1.sql.gz", "host1", "2024-06-11 03:00:30"),
    ),
    many(
        "months in folders, days by closing line",
        closed("2024-05/host1.sql.gz", "host1", "2024-05-31 03:00:30"),
        ("2024-06/host1.sql.gz", "host1 2024-06-18 21:15:30"),
    ),
    many(
        "Hive's folders",
        ("year=2024/month=06/day=17/host1.sql.gz", "host1 2024-06-17"),
        ("year=2024/month=06/day=18/host1.sql.gz", "host1 2024-06-18"),
        ("year=2024/month=06/day=18/host2.sql.gz", "host2 2024-06-18"),
    ),
    asked(
        "tenants by a number that looks like a date",
        ("tenant_20240611.sql.gz", "2024-06-18 03:00:30"),
        ("tenant_20240612.sql.gz", "2024-06-18 03:01:10"),
        ("tenant_20240613.sql.gz", "2024-06-18 03:02:30"),
    ),
    asked(
        "customers by number, one of which looks like a date",
        ("cust_19790203.sql.gz", "2024-06-18 03:00:30"),
        ("cust_20010911.sql.gz", "2024-06-18 03:01:30"),
    ),
    asked(
        "the day before the month",
        ("host1_2024-05-06.sql.gz", "2024-06-05 03:00:30"),
        ("host1_2024-06-06.sql.gz", "2024-06-06 03:00:30"),
        ("host1_2024-07-06.sql.gz", "2024-06-07 03:00:30"),
    ),
    asked(
        "slots by the hour",
        ("host1_slot1.sql.gz", "2024-06-18 01:00:30"),
        ("host1_slot2.sql.gz", "2024-06-18 02:00:30"),
    ),
    asked(
        "tenants by a number that looks like a date and a time",
        ("tenant_20240611000001.sql.gz", "2024-06-18 03:00:30"),
        ("tenant_20240612000002.sql.gz", "2024-06-18 03:01:10"),
    ),
    many(
        "a clock that is days behind",
        ("host1_20240611.sql.gz", "host1 2024-06-11", "2024-06-01 03:00:30"),
        ("host1_20240612.sql.gz", "host1 2024-06-12", "2024-06-02 03:00:30"),
    ),
    many(
        "a dump of yesterday that was made again today",
        ("host1_20240617_211508.sql.gz", "host1 2024-06-17 21:15:08", "2024-06-18 21:20:00"),
        ("host1_20240618_211508.sql.gz", "host1 2024-06-18 21:15:08", "2024-06-18 21:15:20"),
    ),
    many(
        "quarters",
        closed("host1_2024Q1.sql.gz", "host1", "2024-03-31 23:00:30"),
        closed("host1_2024Q2.sql.gz", "host1", "2024-07-01 03:00:30"),
        closed("host2-2024-Q2.sql.gz", "host2", "2024-06-30 03:00:30"),
    ),
    many(
        "quarters in folders",
        closed("2024/Q1/host1.sql.gz", "host1", "2024-03-31 23:00:30"),
        closed("2024/Q2/host1.sql.gz", "host1", "2024-06-30 23:00:30"),
    ),
    many(
        "quarters without a year",
        closed("host1_Q1.sql.gz", "host1", "2024-03-31 23:00:30"),
        closed("host1_Q2.sql.gz", "host1", "2024-06-30 23:00:30"),
    ),
    many(
        "worlds called q1 and q2, dumped in one night",
        closed("shop-q1.sql.gz", "shop-q1", "2024-04-02 03:00:30"),
        closed("shop-q2.sql.gz", "shop-q2", "2024-04-02 03:01:30"),
    ),
    many(
        "quarters that closing lines deny",
        ("host1_2024Q1.sql.gz", None, "2024-06-18 03:00:30"),
        ("host1_2024Q2.sql.gz", None, "2024-06-18 03:01:30"),
    ),
    many(
        "halves of a year",
        closed("host1_2023H2.sql.gz", "host1", "2023-12-31 03:00:30"),
        closed("host1_2024H1.sql.gz", "host1", "2024-06-30 03:00:30"),
    ),
    asked(
        "years, or worlds",
        ("host1_2022.sql.gz", "2022-12-31 03:00:30"),
        ("host1_2023.sql.gz", "2023-12-31 03:00:30"),
    ),
    many(
        "months in words",
        closed("host1-Apr24.sql.gz", "host1", "2024-04-30 03:00:30"),
        closed("host1-May24.sql.gz", "host1", "2024-05-31 03:00:30"),
    ),
    many(
        "months after hosts by number, with a year",
        closed("host1-04-2024.sql.gz", "host1", "2024-04-30 03:00:30"),
        closed("host1-05-2024.sql.gz", "host1", "2024-05-31 03:00:30"),
        closed("host2-05-2024.sql.gz", "host2", "2024-05-31 03:01:30"),
    ),
    many(
        "tenants by number, dumped in a night that both fit as months",
        closed("shop_2405.sql.gz", "shop_2405", "2024-06-02 03:00:30"),
        closed("shop_2406.sql.gz", "shop_2406", "2024-06-02 03:01:30"),
    ),
    many(
        "weeks before their year",
        closed("w1_W24_2024.sql.gz", "w1", "2024-06-11 03:00:30"),
        closed("w1_W25_2024.sql.gz", "w1", "2024-06-18 03:00:30"),
        closed("w2_W25_2024.sql.gz", "w2", "2024-06-18 03:01:30"),
    ),
    many(
        "worlds called w24 and w25 with a year, dumped in one night",
        closed("w24_2024.sql.gz", "w24_2024", "2024-06-18 03:00:30"),
        closed("w25_2024.sql.gz", "w25_2024", "2024-06-18 03:01:30"),
    ),
    many(
        "year and week in one",
        closed("host1-W2424.sql.gz", "host1", "2024-06-11 03:00:30"),
        closed("host1-W2425.sql.gz", "host1", "2024-06-18 03:00:30"),
    ),
    asked(
        "weeks after their year, or worlds",
        ("w1_2024_24.sql.gz", "2024-06-11 03:00:30"),
        ("w1_2024_25.sql.gz", "2024-06-18 03:00:30"),
    ),
    many(
        "days of the year in five digits",
        closed("host1_24169.sql.gz", "host1", "2024-06-17 03:00:30"),
        closed("host1_24170.sql.gz", "host1", "2024-06-18 03:00:30"),
    ),
    many(
        "days of the year before the year",
        closed("w1_169_2024.sql.gz", "w1", "2024-06-17 03:00:30"),
        closed("w1_170_2024.sql.gz", "w1", "2024-06-18 03:00:30"),
    ),
    *(
        many(
            f"the {calendar} calendar",
            closed(f"host1_{one}.sql.gz", "host1", "2024-06-17 03:00:30"),
            closed(f"host1_{other}.sql.gz", "host1", "2024-06-18 03:00:30"),
            closed(f"host2_{other}.sql.gz", "host2", "2024-06-18 03:01:30"),
        )
        for calendar, one, other in (
            ("Buddhist", "25670617", "25670618"),
            ("Buddhist, day first,", "17-06-2567", "18-06-2567"),
            ("Persian", "14030328", "14030329"),
            ("Persian, separated,", "1403-03-28", "1403-03-29"),
            ("Persian, with a time of day,", "14030328_0300", "14030329_0300"),
            ("Islamic", "14451210", "14451211"),
            ("Taiwanese", "1130617", "1130618"),
            ("Japanese", "R060617", "R060618"),
        )
    ),
    many(
        "the Buddhist calendar in folders",
        closed("2567/06/17/host1.sql.gz", "host1", "2024-06-17 03:00:30"),
        closed("25670618/host1.sql.gz", "host1", "2024-06-18 03:00:30"),
    ),
    many(
        "tenants by number that are days of the Persian calendar",
        closed("shop_14030328.sql.gz", "shop_14030328", "2024-06-18 03:00:30"),
        closed("shop_14030329.sql.gz", "shop_14030329", "2024-06-18 03:01:30"),
    ),
    *(
        many(
            f"days by number: {one}",
            closed(f"host1_{one}.sql.gz", "host1", "2024-06-17 03:00:30"),
            closed(f"host1_{other}.sql.gz", "host1", "2024-06-18 03:00:30"),
        )
        for one, other in (
            ("2460479", "2460480"),  # Julian days
            ("JD2460479", "JD2460480"),
            ("60478", "60479"),  # modified Julian days
            ("45460", "45461"),  # of spreadsheets
            ("19891", "19892"),  # since 1970
            ("28643220", "28644660"),  # minutes since 1970, as CronJobs of Kubernetes have
            ("28643220-x7k2p", "28644660-8bqz4"),
            ("666fa6ae", "6670f82e"),  # seconds since 1970
            ("0x666FA6AE", "0x6670F82E"),
            ("2024617", "2024618"),
            ("2024-6-17_3-00", "2024-6-18_3-00"),
        )
    ),
    many(
        "digits before a date",
        ("host120240617.sql.gz", None, "2024-06-17 03:00:30"),
        ("host220240617.sql.gz", None, "2024-06-17 03:01:30"),
    ),
    many(
        "nine digits that hold no day of the dump",
        closed("host120240617.sql.gz", "host120240617", "2024-02-17 03:00:30"),
    ),
    many(
        "the day first, and a time of day that looks like month and day",
        ("host1_17-06-2024_03-15.sql.gz", "host1 2024-06-17 03:15"),
        ("host1 18.06.2024 03-15.sql.gz", "host1 2024-06-18 03:15"),
        ("backup-6.19.2024_03-15-00_host1.sql.gz", "host1 2024-06-19 03:15"),
    ),
    many(
        "round numbers of ports that their closing lines deny",
        ("2024-06-17/db_1330.sql.gz", None, "2024-06-17 03:00:30"),
        ("2024-06-17/db_1430.sql.gz", None, "2024-06-17 03:01:30"),
    ),
    many(
        "what was set aside, and copies",
        closed("host1.sql", "host1", "2024-06-18 03:00:30"),
        *((f"host1.sql{end}", None) for end in (".bak", ".old", ".orig", "~", ".~1~", ".save")),
        *((f"host1.sql{end}", None) for end in (".tmp", ".partial", ".swp", "#", ".bak.gz")),
        *((f"host1{mark}.sql", None) for mark in (" (1)", "(2)", " - Copy", " copy 2", ".tmp")),
        *((f"{mark}host1.sql", None) for mark in ("Copy of ", "#")),
    ),
    many(
        "what was set aside, dated",
        ("host1_20240618.sql.gz", "host1 2024-06-18"),
        *((f"host1_20240618.sql.gz{end}", None) for end in (".bak", ".old", ".orig", "~")),
        ("host1_20240618 (1).sql.gz", None),
        ("host1_20240618 (conflicted copy 2024-06-19).sql.gz", None),
    ),
    one("host1.sql.txt", f"host1 {CLOSED}"),
    one("host1.sql.gz.0", f"host1 {CLOSED}"),
    asked(
        "an older dump beside the world's",
        ("host1.sql.gz", "2024-06-18 03:00:30"),
        ("host1-previous.sql.gz", "2024-06-17 03:00:30"),
    ),
    asked(
        "a copy beside the world's dump",
        ("host1.sql.gz", "2024-06-18 03:00:30"),
        ("host1_copy.sql.gz", "2024-06-18 03:00:30"),
    ),
    many(
        "worlds called shop and shop-old, dumped in one night",
        closed("shop.sql.gz", "shop", "2024-06-18 03:00:30"),
        closed("shop-old.sql.gz", "shop-old", "2024-06-18 03:01:30"),
        ("bar_20240618.sql.gz", "bar 2024-06-18"),
        ("bar-old_20240618.sql.gz", "bar-old 2024-06-18"),
    ),
    *(
        asked(
            f"slots of two hosts: {one}, {other}",
            (f"host1{one}.sql.gz", "2024-06-17 03:00:30"),
            (f"host1{other}.sql.gz", "2024-06-18 03:00:30"),
            (f"host2{one}.sql.gz", "2024-06-17 03:01:30"),
            (f"host2{other}.sql.gz", "2024-06-18 03:01:30"),
        )
        for one, other in (
            *(("_A", "_B"), ("_slot1", "_slot2"), ("-even", "-odd"), ("-blue", "-green")),
            *((".gen0", ".gen1"), ("-am", "-pm"), ("_b141", "_b142"), ("-3f2504e", "-6ba7b81")),
        )
    ),
    many(
        "regions that are dumped in their own nights",
        closed("eu-a.sql.gz", "eu-a", "2024-06-18 02:00:30"),
        closed("eu-b.sql.gz", "eu-b", "2024-06-18 02:01:30"),
        closed("us-a.sql.gz", "us-a", "2024-06-18 10:00:30"),
        closed("us-b.sql.gz", "us-b", "2024-06-18 10:01:30"),
    ),
    asked(
        "one host's builds by number and token",
        ("host1-41-x7k2p.sql.gz", "2024-06-16 03:00:30"),
        ("host1-57-8bq4z.sql.gz", "2024-06-17 03:00:30"),
        ("host1-63-p3m1q.sql.gz", "2024-06-18 03:00:30"),
    ),
    *(
        asked(
            f"folders by turn: {one}, {other}",
            (f"{one}/host1.sql.gz", "2024-06-17 03:00:30"),
            (f"{other}/host1.sql.gz", "2024-06-18 03:00:30"),
            (f"{one}/host2.sql.gz", "2024-06-17 03:01:30"),
            (f"{other}/host2.sql.gz", "2024-06-18 03:01:30"),
        )
        for one, other in (
            *(("A", "B"), ("slot1", "slot2"), ("previous", "current"), ("backup.1", "backup.0")),
            *(("father", "son"), ("2023", "2024")),
        )
    ),
    many(
        "father, son and their father by their periods",
        closed("monthly/host1.sql.gz", "host1", "2024-06-01 03:00:30"),
        closed("weekly.1/host1.sql.gz", "host1", "2024-06-11 03:00:30"),
        closed("daily.3/host1.sql.gz", "host1", "2024-06-15 03:00:30"),
    ),
    *(
        asked(
            f"dumps of two days, or worlds: {one}, {other}",
            (f"host1{one}.sql.gz", "2024-06-10 03:00:30"),
            (f"host1{other}.sql.gz", "2024-06-18 03:01:10"),
        )
        for one, other in (
            *(("-v1", "-v2"), ("-v1.2.3", "-v1.2.4"), ("-1.2.3", "-1.2.4"), ("-1.20", "-1.21")),
            *(("-v1", "-v1.2.3"), ("_A", "_B"), ("-3f2504e", "-6ba7b81"), ("-1", "-2")),
            *(("-pre", "-post"), ("-before-update", "-after-update"), ("-old", "-new")),
            *(("-yesterday", "-current"), ("-rc1", "-rc2"), ("-build41", "-build42")),
            *(("-day4", "-day5"), ("-mon1", "-mon2"), ("-wk1", "-wk2"), ("-FY23", "-FY24")),
            *(("-tue1", "-tue2"), ("-1st", "-2nd"), ("-2d", "-1d"), ("-d2", "-d1")),
            *(("-2023H1", "-2023H2"), ("-jan2023", "-feb2023"), ("-0101", "-0102")),
            *(("-Q2", "-Q3"), ("-Apr", "-May"), ("-2021", "-2022"), ("-update7", "-update8")),
            ("-3f2504e0-4f89-11d3-9a0c-0305e82c3301", "-6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
            *(("-bqzwd", "-tkxlr"), ("-3f2504e", "-decafed"), ("-season5", "-season6")),
            *(("_Sprint41", "_Sprint42"), ("_phase1", "_phase2")),
        )
    ),
    *(
        asked(
            f"dumps of two days at one time, or worlds: {one}, {other}",
            (f"{one}.sql.gz", "2024-06-17 03:00:30"),
            (f"{other}.sql.gz", "2024-06-18 03:01:10"),
        )
        for one, other in (
            *(("host1A", "host1B"), ("host1a", "host1b"), ("host1A_game", "host1B_game")),
            *(("host1-T1", "host1-T2"), ("t1_host1", "t2_host1"), ("host1.g0", "host1.g1")),
            *(
                ("host1", f"host1{slot}")
                for slot in ("A", "-A", "-T2", "-v2", "-3f2504e", "-bqzwd")
            ),
            *(
                ("host1", f"host1-{slot}")
                for slot in ("season6", "slot2", "evening", "2nd", "wk23")
            ),
            *(
                ("host1", "B-host1"),
                ("host1-cafebabe", "host1-deadbeef"),
                ("host1-prev", "host1-cur"),
            ),
            ("host1-prepatch", "host1-postpatch"),
        )
    ),
    *(
        asked(
            f"three dumps by the hour, or worlds: {', '.join(names)}",
            *(
                (f"{name}.sql.gz", f"2024-06-18 {hour:02}:00:{30 + hour}")
                for name, hour in zip(names, (3, 11, 19), strict=True)
            ),
        )
        for names in (("host1A", "host1B", "host1C"), ("host1-T1", "host1-T2", "host1-T3"))
    ),
    *(
        asked(
            f"dumps of one day by the clock: {one}, {other}",
            (f"host1{one}.sql.gz", "2024-06-18 03:00:30"),
            (f"host1{other}.sql.gz", "2024-06-18 15:01:10"),
        )
        for one, other in (
            *(("_A", "_B"), ("-3f2504e", "-6ba7b81"), ("-pre", "-post"), ("-v1", "-v2")),
            *(("_3", "_15"), ("-previous", "-latest"), ("_3-00", "_15-00")),
        )
    ),
    asked(
        "times of day of single digits",
        ("host1_3-15.sql", "2024-06-18 03:15:30"),
        ("host1_9-40.sql", "2024-06-18 09:41:30"),
    ),
    asked(
        "days of a month, from its end to its start",
        ("host1-31.sql", "2024-05-31 03:00:30"),
        ("host1-01.sql", "2024-06-01 03:00:30"),
        ("host1-02.sql", "2024-06-02 03:00:30"),
    ),
    asked(
        "a number every hour",
        ("host1-01.sql", "2024-06-18 13:00:30"),
        ("host1-02.sql", "2024-06-18 14:00:33"),
        ("host1-03.sql", "2024-06-18 15:00:29"),
    ),
    asked(
        "before and after an update, with their days",
        ("host1_pre_20240617.sql", None),
        ("host1_post_20240618.sql", None),
    ),
    asked(
        "one dump before an update beside those of every day",
        ("host1_20240616.sql", None),
        ("host1_20240617.sql", None),
        ("host1_pre-update_20240617.sql", None),
    ),
    asked(
        "a dump and the one of hours before",
        ("host1-latest.sql", "2024-06-18 20:00:30"),
        ("host1-previous.sql", "2024-06-18 17:40:30"),
    ),
    asked(
        "a number beside the name without one",
        ("host1.sql", "2024-06-18 03:00:30"),
        ("host1-1.sql", "2024-06-17 03:00:30"),
    ),
    many(
        "logrotate before the ending, with the file of today",
        closed("host1.sql", "host1", "2024-06-18 03:00:30"),
        closed("host1.1.sql", "host1", "2024-06-17 03:00:30"),
    ),
    many(
        "logrotate that counts from 0",
        closed("host1.sql.0", "host1", "2024-06-18 03:00:30"),
        closed("host1.sql.1", "host1", "2024-06-17 03:00:30"),
    ),
    *(
        many(
            f"weeks of the year: {unit}",
            closed(f"host1-{unit}24.sql", "host1", "2024-06-11 03:00:30"),
            closed(f"host1-{unit}25.sql", "host1", "2024-06-18 03:00:30"),
        )
        for unit in ("CW", "KW", "wk", "week")
    ),
    many(
        "months by number",
        closed("host1-month1.sql", "host1", "2024-01-31 03:00:30"),
        closed("host1-month2.sql", "host1", "2024-02-29 03:00:30"),
    ),
    many(
        "an archive by month",
        closed("archive_2024-04/host1.sql", "host1", "2024-04-30 03:00:30"),
        closed("archive_2024-05/host1.sql", "host1", "2024-05-31 03:00:30"),
    ),
    *(
        asked(
            f"dumps of one day in their names: {one}, {other}",
            (one, "2024-06-18 03:00:30"),
            (other, "2024-06-18 13:00:40"),
        )
        for one, other in (
            ("host1_pre_20240618.sql.gz", "host1_post_20240618.sql.gz"),
            ("2024-06-18/eu-host1_A.sql", "2024-06-18/eu-host1_B.sql"),
            ("2024-06-18/host1-3f2504e.sql", "2024-06-18/host1-6ba7b81.sql"),
            ("eu-host1_20240618.sql.gz", "eu-host1_before_update_20240618.sql.gz"),
            ("host1_A_20240618_0300.sql", "host1_B_20240618_1300.sql"),
        )
    ),
    *(
        many(
            f"times of day with their unit: {one}, {other}",
            closed(f"host1-{one}.sql", "host1", "2024-06-18 03:20:30"),
            closed(f"host1-{other}.sql", "host1", "2024-06-18 15:21:30"),
        )
        for one, other in (("3am", "3pm"), ("0315am", "0315pm"), ("0300h", "1500h"), ("03h", "15h"))
    ),
    many(
        "worlds of one day and run, by words",
        ("shop-old_20240618.sql", "shop-old 2024-06-18", "2024-06-18 03:00:30"),
        ("shop-new_20240618.sql", "shop-new 2024-06-18", "2024-06-18 03:12:30"),
        ("api_20240618.sql", "api 2024-06-18", "2024-06-18 03:14:30"),
        ("api-old_20240618.sql", "api-old 2024-06-18", "2024-06-18 03:54:30"),
    ),
    many(
        "worlds of one day by letters, without closing lines",
        ("2024-06-18/shop-a.sql", "shop-a 2024-06-18", None),
        ("2024-06-18/shop-b.sql", "shop-b 2024-06-18", None),
    ),
    # The other side of each: worlds that are dumped one after the other.
    *(
        many(
            f"worlds of one run: {', '.join(names)}",
            *(
                closed(f"{name}.sql.gz", name, f"2024-06-18 03:{2 + 11 * place:02}:30")
                for place, name in enumerate(names)
            ),
        )
        for names in (
            *(("host1", "host2"), ("eu-1", "asia-2"), ("eu-1", "eu-2"), ("shop", "shop-2")),
            *(("api-v1", "api-v2"), ("shop-old", "shop-new"), ("shop-a", "shop-b", "shop-c")),
            *(("tenant-3f2504e", "tenant-6ba7b81"), ("zone-1.1", "zone-1.2", "zone-2.1")),
            *(("shop", "shop-old"), ("day1", "day2", "day3"), ("10.0.0.12", "10.0.0.13")),
            *(("shop-2023H1", "shop-2023H2"), ("world-jan2023", "world-feb2023")),
            *(("shop-0101", "shop-0102"), ("eu-apr", "eu-may"), ("shop_1001", "shop_1002")),
            *(("game-data", "shop-data"), ("host1-auth", "host1-data", "host1-game")),
            *(("rack1a", "rack1b", "rack2a"), ("eu-west-1a", "eu-west-1b"), ("eu-n1", "eu-n2")),
            *(("eu-season5", "eu-season6"), ("eu-mssql", "eu-pgsql"), ("eu-x7k2p", "eu-hello")),
            *(("shop", "shop-v2"), ("shop", "shop-a", "shop-b"), ("rack1", "rack1a")),
        )
    ),
    *(
        many(
            f"large worlds of one run, irregularly: {', '.join(names)}",
            *(
                closed(f"{name}.sql.gz", name, f"2024-06-18 {time}:30")
                for name, time in zip(names, ("01:10", "02:31", "05:02", "05:40"), strict=False)
            ),
        )
        for names in (
            *(("host1", "host2", "host3"), ("eu-1", "eu-2", "eu-3", "eu-4")),
            *(("shop-a", "shop-b", "shop-c"), ("tenant-3f2504e", "tenant-6ba7b81")),
            *(("rack1a", "rack1b", "rack1c", "rack1d"), ("eu-n1", "eu-n2", "eu-n3")),
            *(("eu-season5", "eu-season6"), ("shop", "shop-v2"), ("rack1", "rack1a", "rack1b")),
            ("shop", "shop-3f2504e"),
            ("db-3306", "db-3307", "db-3308"),
        )
    ),
    many(
        "world-01 to world-12 on the fifth of a month",
        *(
            closed(
                f"world-{i:02}.sql.gz",
                f"world-{i:02}",
                f"2024-06-05 {1 + i // 6:02}:{i % 6 * 9:02}:30",
            )
            for i in range(1, 13)
        ),
    ),
    many(
        "world-01 to world-12, two of which failed in the last night",
        *(
            closed(
                f"world-{i:02}.sql.gz",
                f"world-{i:02}",
                f"2024-06-{17 if i in (4, 7) else 18} 03:{i:02}:30",
            )
            for i in range(1, 13)
        ),
    ),
    many(
        "shards whose dumps end after midnight",
        *(
            closed(
                f"shard-{i:02}.sql.gz",
                f"shard-{i:02}",
                f"2024-06-{17 if i < 10 else 18} {'23' if i < 10 else '00'}:{i + 20:02}:30",
            )
            for i in range(32)
        ),
    ),
    *(
        many(
            f"two worlds of their own nights: {one}, {other}",
            closed(f"{one}.sql.gz", one, "2024-06-17 23:20:30"),
            closed(f"{other}.sql.gz", other, "2024-06-18 03:01:30"),
        )
        for one, other in (
            *(("rack1a", "rack1b"), ("eu-n1", "eu-n2"), ("host1", "host2"), ("shop", "shop-v2")),
            *(("shop", "shop-a"), ("rack1", "rack1a"), ("shop", "shop-3f2504e")),
        )
    ),
    asked(
        "two worlds a day apart, by numbers between separators",
        ("eu-1.sql.gz", "2024-06-17 03:00:30"),
        ("eu-2.sql.gz", "2024-06-18 03:01:30"),
    ),
]
