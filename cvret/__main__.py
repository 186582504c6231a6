"""``python -m cvret`` is the command line."""

from cvret.cli import main

if __name__ == "__main__":
    main()
