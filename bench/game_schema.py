"""The game's six tables, in mysqldump's order; twelve secondary indexes in all."""

from bench.game_tables import (
    Table,
    draw_events,
    draw_guilds,
    draw_items,
    draw_members,
    draw_players,
    draw_purchases,
)

GUILD = Table(
    name="guild",
    columns="""\
  `guild_id` int unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(60) NOT NULL,
  `tag` char(4) NOT NULL,
  `founded_at` datetime NOT NULL,
  `settings` json DEFAULT NULL,""",
    primary_key="`guild_id`",
    keys=("UNIQUE KEY `name` (`name`)",),
    is_counted=True,
    share=0.01,
    row_bytes=141,
    row="(%d,'%s %d','%s','%s',%s%s)",
    draw=draw_guilds,
)
GUILD_MEMBER = Table(
    name="guild_member",
    columns="""\
  `guild_id` int unsigned NOT NULL,
  `player_id` bigint unsigned NOT NULL,
  `role` enum('member','officer','leader') NOT NULL DEFAULT 'member',
  `joined_at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,""",
    primary_key="`guild_id`,`player_id`",
    keys=(
        "KEY `player` (`player_id`)",
        "CONSTRAINT `guild_member_guild` FOREIGN KEY (`guild_id`)"
        " REFERENCES `guild` (`guild_id`) ON DELETE CASCADE",
    ),
    is_counted=False,
    share=0.02,
    row_bytes=43,
    row="(%d,%d,'%s','%s'%s)",
    draw=draw_members,
)
INVENTORY = Table(
    name="inventory",
    columns="""\
  `item_id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `player_id` bigint unsigned NOT NULL,
  `item_code` varchar(24) NOT NULL,
  `quantity` smallint unsigned NOT NULL DEFAULT '1',
  `durability` decimal(5,2) DEFAULT NULL,
  `acquired_at` datetime NOT NULL,
  `note` varchar(80) DEFAULT NULL,""",
    primary_key="`item_id`",
    keys=("KEY `player_item` (`player_id`,`item_code`)", "KEY `acquired` (`acquired_at`)"),
    is_counted=True,
    share=0.12,
    row_bytes=69,
    row="(%d,%d,'%s',%d,%s,'%s',%s%s)",
    draw=draw_items,
)
PLAYER = Table(
    name="player",
    columns="""\
  `player_id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `player_name` varchar(40) NOT NULL,
  `email` varchar(64) DEFAULT NULL,
  `country` char(2) NOT NULL,
  `state` enum('active','banned') NOT NULL DEFAULT 'active',
  `player_score` int NOT NULL DEFAULT '0',
  `gold` decimal(12,2) NOT NULL DEFAULT '0.00',
  `guild_id` int unsigned DEFAULT NULL,
  `created_at` datetime NOT NULL,
  `last_seen_at` timestamp NULL DEFAULT NULL,
  `about` text,""",
    primary_key="`player_id`",
    keys=(
        "UNIQUE KEY `player_name` (`player_name`)",
        "KEY `score` (`player_score`)",
        "KEY `guild` (`guild_id`)",
    ),
    is_counted=True,
    share=0.10,
    row_bytes=156,
    row="(%d,'%s%d',%s,'%s',%d,%s,%s,'%s',%s,%s%s)",
    draw=draw_players,
)
PURCHASE = Table(
    name="purchase",
    columns="""\
  `purchase_id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `player_id` bigint unsigned NOT NULL,
  `sku` varchar(32) NOT NULL,
  `price` decimal(10,2) NOT NULL,
  `currency` char(3) NOT NULL DEFAULT 'EUR',
  `purchased_at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  `receipt` char(32) NOT NULL,""",
    primary_key="`purchase_id`",
    keys=("UNIQUE KEY `receipt` (`receipt`)", "KEY `player` (`player_id`)"),
    is_counted=True,
    share=0.05,
    row_bytes=98,
    row="(%d,%d,'%s',%s,'%s','%s','%s'%s)",
    draw=draw_purchases,
)
SCORE_EVENT = Table(
    name="score_event",
    columns="""\
  `event_id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `player_id` bigint unsigned NOT NULL,
  `match_id` bigint unsigned NOT NULL,
  `kind` enum('kill','assist','quest','death') NOT NULL,
  `delta` int NOT NULL,
  `score_after` int NOT NULL,
  `happened_at` datetime(3) NOT NULL,
  `map` varchar(32) NOT NULL,
  `note` varchar(120) DEFAULT NULL,""",
    primary_key="`event_id`",
    keys=(
        "KEY `player_time` (`player_id`,`happened_at`)",
        "KEY `match_id` (`match_id`)",
        "KEY `map_score` (`map`,`score_after`)",
    ),
    is_counted=True,
    share=0.70,
    row_bytes=84,
    row="(%d,%d,%d,'%s,%d,'%s.%s',%s%s)",
    draw=draw_events,
)
TABLES = (GUILD, GUILD_MEMBER, INVENTORY, PLAYER, PURCHASE, SCORE_EVENT)
