-- The schema of the sample's game: what a world looks like before update 4.2.0.
--
-- Players form guilds, fight matches, finish quests, collect items and buy gems. Points
-- are only ever given by inserting a row into score_event: a trigger adds them to the
-- player, so that player_score is always the sum of that player's events.
--
-- The accounts behind DEFINER live on the game's own servers. A dump names them without
-- bringing them along, which is what makes such dumps fail elsewhere.

CREATE DATABASE game DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;
USE game;

CREATE TABLE game_version (
  version     VARCHAR(20)  NOT NULL,
  applied_at  TIMESTAMP    NOT NULL,
  PRIMARY KEY (version)
) COMMENT = 'Which updates this world has had';

CREATE TABLE season (
  season_id   SMALLINT UNSIGNED NOT NULL,
  title       VARCHAR(60)  NOT NULL,
  starts_on   DATE         NOT NULL,
  ends_on     DATE         NULL,
  PRIMARY KEY (season_id),
  CONSTRAINT season_has_length CHECK (ends_on IS NULL OR ends_on > starts_on)
);

CREATE TABLE player (
  player_id     INT UNSIGNED NOT NULL AUTO_INCREMENT,
  public_id     BINARY(16)   NOT NULL COMMENT 'A UUID: what other players may see',
  player_name   VARCHAR(60)  NOT NULL,
  player_score  INT          NOT NULL DEFAULT 0,
  player_level  INT          GENERATED ALWAYS AS (1 + GREATEST(player_score, 0) DIV 250) VIRTUAL,
  country       CHAR(2)      CHARACTER SET ascii COLLATE ascii_general_ci NULL,
  settings      SET('show_guild', 'whispers', 'auto_sell', 'dark_mode') NOT NULL DEFAULT '',
  avatar        BLOB         NOT NULL COMMENT 'Eight rows of eight pixels, mirrored',
  invited_by    INT UNSIGNED NULL,
  created_at    TIMESTAMP    NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at    TIMESTAMP    NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (player_id),
  UNIQUE KEY player_public_id (public_id),
  UNIQUE KEY player_name (player_name),
  KEY player_score (player_score DESC),
  CONSTRAINT player_invited_by FOREIGN KEY (invited_by) REFERENCES player (player_id)
) COMMENT = 'player_id counts from 1 in every world: it names a player only within one';

CREATE TABLE guild (
  guild_id       INT UNSIGNED NOT NULL AUTO_INCREMENT,
  guild_name     VARCHAR(60)  NOT NULL,
  motto          TEXT         NULL,
  bonus_percent  DECIMAL(4,1) NOT NULL COMMENT 'Of the season''s points, given at its end',
  PRIMARY KEY (guild_id),
  UNIQUE KEY guild_name (guild_name)
);

CREATE TABLE guild_member (
  player_id  INT UNSIGNED NOT NULL,
  guild_id   INT UNSIGNED NOT NULL,
  role       ENUM('member', 'officer', 'leader') NOT NULL DEFAULT 'member',
  joined_at  DATETIME     NOT NULL,
  PRIMARY KEY (player_id),
  KEY guild_member_guild (guild_id, role),
  CONSTRAINT guild_member_player FOREIGN KEY (player_id) REFERENCES player (player_id) ON DELETE CASCADE,
  CONSTRAINT guild_member_guild FOREIGN KEY (guild_id) REFERENCES guild (guild_id)
);

CREATE TABLE item (
  item_id     INT UNSIGNED NOT NULL AUTO_INCREMENT,
  item_name   VARCHAR(60)  NOT NULL,
  rarity      ENUM('common', 'rare', 'epic', 'legendary') NOT NULL,
  properties  JSON         NOT NULL,
  power       INT          GENERATED ALWAYS AS (properties->>'$.power') STORED,
  PRIMARY KEY (item_id),
  UNIQUE KEY item_name (item_name),
  KEY item_power (power)
);

CREATE TABLE inventory (
  player_id  INT UNSIGNED      NOT NULL,
  item_id    INT UNSIGNED      NOT NULL,
  quantity   SMALLINT UNSIGNED NOT NULL,
  PRIMARY KEY (player_id, item_id),
  KEY inventory_item (item_id),
  CONSTRAINT inventory_player FOREIGN KEY (player_id) REFERENCES player (player_id) ON DELETE CASCADE,
  CONSTRAINT inventory_item FOREIGN KEY (item_id) REFERENCES item (item_id),
  CONSTRAINT inventory_holds_something CHECK (quantity > 0)
);

CREATE TABLE quest (
  quest_id   INT UNSIGNED NOT NULL AUTO_INCREMENT,
  title      VARCHAR(80)  NOT NULL,
  steps      TINYINT UNSIGNED NOT NULL,
  points     INT          NOT NULL,
  follows    INT UNSIGNED NULL COMMENT 'The quest to finish before this one',
  PRIMARY KEY (quest_id),
  CONSTRAINT quest_follows FOREIGN KEY (follows) REFERENCES quest (quest_id)
);

CREATE TABLE quest_progress (
  player_id    INT UNSIGNED NOT NULL,
  quest_id     INT UNSIGNED NOT NULL,
  steps_done   TINYINT UNSIGNED NOT NULL,
  finished_at  DATETIME(3)  NULL,
  PRIMARY KEY (player_id, quest_id),
  KEY quest_progress_quest (quest_id, finished_at),
  CONSTRAINT quest_progress_player FOREIGN KEY (player_id) REFERENCES player (player_id) ON DELETE CASCADE,
  CONSTRAINT quest_progress_quest FOREIGN KEY (quest_id) REFERENCES quest (quest_id)
);

CREATE TABLE match_result (
  match_id    INT UNSIGNED NOT NULL AUTO_INCREMENT,
  match_uuid  BINARY(16)   NOT NULL,
  season_id   SMALLINT UNSIGNED NOT NULL,
  mode        ENUM('duel', 'skirmish', 'brawl') NOT NULL,
  started_at  DATETIME(3)  NOT NULL,
  ended_at    DATETIME(3)  NOT NULL,
  duration_s  INT          GENERATED ALWAYS AS (TIMESTAMPDIFF(SECOND, started_at, ended_at)) STORED,
  PRIMARY KEY (match_id),
  UNIQUE KEY match_uuid (match_uuid),
  KEY match_started (started_at),
  CONSTRAINT match_season FOREIGN KEY (season_id) REFERENCES season (season_id)
);

CREATE TABLE match_player (
  match_id   INT UNSIGNED NOT NULL,
  player_id  INT UNSIGNED NOT NULL,
  place      TINYINT UNSIGNED NOT NULL,
  accuracy   DOUBLE       NOT NULL,
  PRIMARY KEY (match_id, player_id),
  UNIQUE KEY match_place (match_id, place),
  KEY match_player_player (player_id),
  CONSTRAINT match_player_match FOREIGN KEY (match_id) REFERENCES match_result (match_id) ON DELETE CASCADE,
  CONSTRAINT match_player_player FOREIGN KEY (player_id) REFERENCES player (player_id)
);

CREATE TABLE score_event (
  event_id   BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  player_id  INT UNSIGNED NOT NULL,
  season_id  SMALLINT UNSIGNED NOT NULL,
  kind       ENUM('carry_over', 'match', 'quest', 'season_bonus') NOT NULL,
  points     INT          NOT NULL,
  match_id   INT UNSIGNED NULL COMMENT 'For kind match: which one',
  scored_at  DATETIME(3)  NOT NULL,
  PRIMARY KEY (event_id),
  UNIQUE KEY score_once_per_match (match_id, player_id),
  KEY score_event_player (player_id, season_id),
  KEY score_event_time (scored_at),
  CONSTRAINT score_event_player FOREIGN KEY (player_id) REFERENCES player (player_id),
  CONSTRAINT score_event_season FOREIGN KEY (season_id) REFERENCES season (season_id),
  CONSTRAINT score_event_match FOREIGN KEY (match_id) REFERENCES match_result (match_id)
) COMMENT = 'Every point ever given or taken';

CREATE TABLE purchase (
  purchase_id   INT UNSIGNED NOT NULL AUTO_INCREMENT,
  player_id     INT UNSIGNED NOT NULL,
  gems          INT UNSIGNED NOT NULL,
  price         DECIMAL(10,2) NOT NULL,
  currency      ENUM('EUR', 'USD', 'GBP') NOT NULL,
  purchased_at  DATETIME(3)  NOT NULL,
  PRIMARY KEY (purchase_id),
  KEY purchase_player (player_id, purchased_at),
  CONSTRAINT purchase_player FOREIGN KEY (player_id) REFERENCES player (player_id)
);

CREATE TABLE ban (
  ban_id      INT UNSIGNED NOT NULL AUTO_INCREMENT,
  player_id   INT UNSIGNED NOT NULL,
  reason      VARCHAR(200) NOT NULL,
  banned_at   DATETIME     NOT NULL,
  expires_at  DATETIME     NULL COMMENT 'NULL: for ever',
  PRIMARY KEY (ban_id),
  KEY ban_player (player_id),
  KEY ban_expires (expires_at),
  CONSTRAINT ban_player FOREIGN KEY (player_id) REFERENCES player (player_id)
);

CREATE DEFINER = 'game_web'@'10.%' VIEW leaderboard AS
  SELECT RANK() OVER (ORDER BY p.player_score DESC) AS place,
         p.player_id, p.player_name, g.guild_id, g.guild_name, p.player_score
    FROM player p
    LEFT JOIN guild_member m ON m.player_id = p.player_id
    LEFT JOIN guild g ON g.guild_id = m.guild_id
   WHERE NOT EXISTS (SELECT 1 FROM ban b WHERE b.player_id = p.player_id);

-- A view over a view, whose name sorts before the one that it needs.
CREATE DEFINER = 'game_web'@'10.%' VIEW guild_leaderboard AS
  SELECT RANK() OVER (ORDER BY SUM(player_score) DESC) AS place,
         guild_id, guild_name, COUNT(*) AS members, SUM(player_score) AS guild_score
    FROM leaderboard
   WHERE guild_id IS NOT NULL
   GROUP BY guild_id, guild_name;

DELIMITER $$

CREATE DEFINER = 'game_app'@'10.%' TRIGGER score_event_adds_up AFTER INSERT ON score_event
FOR EACH ROW
BEGIN
  -- The only place that changes a score.
  UPDATE player
     SET player_score = player_score + NEW.points, updated_at = NEW.scored_at
   WHERE player_id = NEW.player_id;
END$$

CREATE DEFINER = 'game_app'@'10.%' FUNCTION season_points(a_player INT UNSIGNED, a_season SMALLINT UNSIGNED)
RETURNS INT READS SQL DATA
COMMENT 'What a player earned in a season by playing'
BEGIN
  DECLARE earned INT;
  SELECT SUM(points) INTO earned
    FROM score_event
   WHERE player_id = a_player AND season_id = a_season AND kind IN ('match', 'quest');
  RETURN GREATEST(COALESCE(earned, 0), 0);
END$$

CREATE DEFINER = 'game_app'@'10.%' PROCEDURE grant_season_bonus(
  IN a_season SMALLINT UNSIGNED, IN first_guild INT UNSIGNED, IN last_guild INT UNSIGNED)
COMMENT 'Give the members of some guilds their share of a season''s points'
BEGIN
  INSERT INTO score_event (player_id, season_id, kind, points, scored_at)
  SELECT m.player_id, a_season, 'season_bonus',
         ROUND(season_points(m.player_id, a_season) * g.bonus_percent / 100), NOW(3)
    FROM guild_member m
    JOIN guild g ON g.guild_id = m.guild_id
   WHERE m.guild_id BETWEEN first_guild AND last_guild
   ORDER BY m.guild_id, m.player_id;
END$$

CREATE DEFINER = 'game_app'@'10.%' PROCEDURE lift_expired_bans()
BEGIN
  DELETE FROM ban WHERE expires_at <= NOW();
END$$

CREATE DEFINER = 'game_app'@'10.%' EVENT lift_bans_hourly
ON SCHEDULE EVERY 1 HOUR STARTS '2026-01-05 00:00:00'
DO CALL lift_expired_bans()$$

DELIMITER ;
