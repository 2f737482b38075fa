"""`python -m rewound`: the same as the `rewound` command."""

from rewound.cli.main import main

if __name__ == "__main__":
    main()
