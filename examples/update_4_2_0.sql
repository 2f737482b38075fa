-- The game's update 4.2.0: season 7 opens, players can wear titles, bows get stronger.
-- The bonus for season 6 is given by the next step: CALL grant_season_bonus(6, ...).

ALTER TABLE player ADD COLUMN title VARCHAR(40) NULL AFTER player_name;

CREATE TABLE season_reward (
  season_id  SMALLINT UNSIGNED NOT NULL,
  place      TINYINT UNSIGNED NOT NULL,
  player_id  INT UNSIGNED NOT NULL,
  gems       INT UNSIGNED NOT NULL,
  PRIMARY KEY (season_id, place),
  CONSTRAINT season_reward_season FOREIGN KEY (season_id) REFERENCES season (season_id),
  CONSTRAINT season_reward_player FOREIGN KEY (player_id) REFERENCES player (player_id)
) COMMENT = 'The ten best of a season, as they stood when it ended';

INSERT INTO season_reward (season_id, place, player_id, gems)
SELECT 6, place, player_id, 1100 - 100 * place
  FROM (SELECT ROW_NUMBER() OVER (ORDER BY player_score DESC, player_id) AS place, player_id
          FROM leaderboard) AS best
 WHERE place <= 10;

UPDATE player p
  JOIN season_reward r ON r.player_id = p.player_id AND r.place <= 3
   SET p.title = ELT(r.place, 'Wolf of Winter 🐺', 'Silver Fang', 'Bronze Fang');

UPDATE season SET ends_on = '2026-03-03' WHERE season_id = 6;
INSERT INTO season VALUES (7, 'Spring of Frogs 🐸', '2026-03-03', NULL);

UPDATE item
   SET properties = JSON_SET(properties, '$.power', power + 5)
 WHERE item_name LIKE '% bow';

INSERT INTO game_version VALUES ('4.2.0', NOW());
