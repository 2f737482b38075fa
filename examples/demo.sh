#!/bin/sh
# Called by `make demo`, which puts .venv/bin on PATH: the sample's three worlds, one question.
set -e
cd "$(dirname "$0")/.."

say() { printf '\n%s\n' "$*"; }

if [ -z "$(rewound server list --format tsv | tail -n +2)" ]; then
    say 'This host has no MySQL yet. Fetching one for you alone (53 MiB, 324 MiB on disk), about a minute:'
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

The worlds are running. Open the mysql client on one:

  .venv/bin/rewound connect --fleet demo host2

How any other client reaches it, and the proof of what was restored:

  .venv/bin/rewound connect --fleet demo host2 --print
  .venv/bin/rewound report --fleet demo host2

Stop and delete them:

  .venv/bin/rewound down --fleet demo
END
