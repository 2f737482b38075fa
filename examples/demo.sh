#!/bin/sh
# Called by `make demo`, which puts .venv/bin on PATH: the sample's three worlds, one question,
# and the transaction that is the answer.
set -e
cd "$(dirname "$0")/.."

say() { printf '\n%s\n' "$*"; }

quietly() {
    output=$("$@" 2>&1) || {
        printf '%s\n' "$output" >&2
        exit 1
    }
}

if [ -z "$(rewound server list --format tsv | tail -n +2)" ]; then
    say 'This host has no MySQL yet. Fetching one for you alone, in about a minute
(53 MiB, 324 MiB on disk):'
    rewound server install
fi

# A demo that ran before, if there is one. What stands in the way is told by `up`.
for fleet in demo demo-before demo-after; do
    rewound down --fleet "$fleet" >/dev/null 2>&1 || true
done

say 'Three game worlds out of the dumps in examples/backups:'
rewound up examples/backups --fleet demo

say 'Who got the bonus of season 6? Every guild member should have it once:'
rewound query --fleet demo "
    SELECT COUNT(*) AS bonuses, COUNT(DISTINCT player_id) AS players,
           COUNT(*) - COUNT(DISTINCT player_id) AS too_many
      FROM score_event
     WHERE kind = 'season_bonus' AND season_id = 6"

say 'On host2, 99 players have it twice: it was paid at 06:00:41 and at 06:23:07.

The binary logs in examples/binlogs lead to any moment between two dumps.
This is host2 right before the second payment:'
right_before() {
    rewound up examples/backups --binlogs examples/binlogs \
        --at '2026-03-03 06:23:07+00:00' --worlds host2 --fleet "$1"
}
quietly right_before demo-before
quietly right_before demo-after
rewound status --fleet demo-before

say 'A second fleet of that moment goes one transaction further:'
rewound seek --step forward --fleet demo-after

say 'What this transaction changed, all of it and nothing else: it paid the 99 again,
and the 71 whom the first payment had not reached.'
rewound diff demo-before demo-after --exit-zero
quietly rewound down --fleet demo-before
quietly rewound down --fleet demo-after

cat <<'END'

examples/README.md follows the trail to the cause, docs/exact-moment.md goes on
with binary logs.

The three worlds are running. Open the mysql client on one:

  .venv/bin/rewound connect --fleet demo host2

How any other client reaches it, and the proof of what was restored:

  .venv/bin/rewound connect --fleet demo host2 --print
  .venv/bin/rewound report --fleet demo host2

Stop and delete them:

  .venv/bin/rewound down --fleet demo
END
