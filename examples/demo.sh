#!/bin/sh
# Called by `make demo`, which puts .venv/bin on PATH: the sample's three worlds, one question.
set -e
cd "$(dirname "$0")/.."

say() { printf '\n%s\n' "$*"; }

if [ -z "$(rewound server list --format tsv | tail -n +2)" ]; then
    say 'There is no MySQL on this host yet. One for you alone, 340 MB on disk:'
    rewound server install
fi

# A demo that ran before, if there is one. What stands in the way is told by `up`.
rewound down --fleet demo >/dev/null 2>&1 || true

say 'Three game worlds out of the dumps in examples/backups:'
rewound up examples/backups --fleet demo

say 'Who got the bonus of season 6? Every guild member should have it once:'
rewound query --fleet demo "
    SELECT COUNT(*) AS bonuses, COUNT(DISTINCT player_id) AS players,
           COUNT(*) - COUNT(DISTINCT player_id) AS too_many
      FROM score_event
     WHERE kind = 'season_bonus' AND season_id = 6"

cat <<'END'

On host2, 99 players have it twice. examples/README.md follows the trail.

The worlds are running, look around in them:

  .venv/bin/rewound connect --fleet demo host2             the mysql client
  .venv/bin/rewound connect --fleet demo host2 --print     for any other client
  .venv/bin/rewound report --fleet demo host2              what was restored

Stop and delete them:

  .venv/bin/rewound down --fleet demo
END
