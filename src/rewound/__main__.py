"""The start of the `rewound` command, also as `python -m rewound`.

It imports little: a signal that arrives while the rest is imported waits for its handler.
"""

import signal
from typing import NoReturn

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> NoReturn:
    """Run the command line and exit with its code."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    from rewound.cli.main import main as run

    run()


if __name__ == "__main__":
    main()
