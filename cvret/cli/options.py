"""Options that several subcommands share, and how their values are read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

__all__ = [
    "PARTLY_DONE",
    "as_json",
    "check_file",
    "jobs",
    "parse_region",
    "parse_weights",
    "say",
    "to_json",
]

PARTLY_DONE = 3


def _check_jobs(_context: Any, _option: Any, value: int) -> int:
    if value == 0:
        raise click.BadParameter("must not be 0; -1 takes all cores")
    return value


jobs = click.option(
    "-j",
    "--jobs",
    default=-1,
    callback=_check_jobs,
    show_default="all cores",
    help="Threads.",
)
as_json = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a line."
)


def say(text: str) -> None:
    """Print a message to standard error."""
    click.echo(text, err=True)


def to_json(value: Mapping[str, Any]) -> str:
    """Give one line of JSON."""
    return json.dumps(value, ensure_ascii=True)


def parse_region(text: str | None) -> tuple[float, float, float, float] | None:
    """Read ``x,y,width,height``."""
    if text is None:
        return None
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError as error:
        raise click.BadParameter(
            f"--region must be x,y,width,height in pixels, got {text!r}"
        ) from error
    return x, y, width, height


def parse_weights(text: str | None) -> dict[str, float] | None:
    """Read ``words,color`` or ``words=1,color=0.3``."""
    if text is None:
        return None
    weights = {}
    for part in text.split(","):
        name, _, weight = part.partition("=")
        try:
            weights[name.strip()] = float(weight) if weight else 1.0
        except ValueError as error:
            raise click.BadParameter(
                f"--by must be like words=1,color=0.3, got {text!r}"
            ) from error
    return weights


def check_file(option: str, path: str | None, endings: tuple[str, ...]) -> None:
    """Raise before the work is done unless a file can be written there."""
    if path is None:
        return
    if not path.lower().endswith(endings):
        *most, last = endings
        raise click.BadParameter(
            f"{option} must end in {', '.join(most)} or {last}, got {path!r}"
        )
    if not Path(path).absolute().parent.is_dir():
        raise click.BadParameter(
            f"{option} {path!r} lies in a folder that is not there"
        )
