"""Print the lower bound of each dependency in pyproject.toml as a pip constraint."""

import re
import sys
import tomllib
from pathlib import Path


def main() -> None:
    project = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["project"]
    lines = {
        match.expand(r"\1==\2")
        for group in (
            project["dependencies"],
            *project["optional-dependencies"].values(),
        )
        for line in group
        if (match := re.match(r"([\w.-]+)>=([\d.]+)", line))
    }
    print("\n".join(sorted(lines)))


if __name__ == "__main__":
    main()
