"""`python -m srlclip`."""

from srlclip.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
