"""The command line: one subcommand a verb.

Results go to standard output, progress and messages to standard error. Exit status: 0
done; 3 done in part (some files were unreadable, and are listed); 2 wrong arguments or
unusable input; 1 anything else that failed.
"""

import logging
import os
import sys

import click

from cvret.cli.agreeing import agreement
from cvret.cli.asking import explain, search, similar
from cvret.cli.building import add, index, info
from cvret.cli.classifying import classify
from cvret.cli.demo import demo
from cvret.cli.describing import describe
from cvret.cli.duplicating import duplicates
from cvret.cli.judging import evaluate
from cvret.cli.keeping import compact, doctor, remove, verify
from cvret.cli.measuring import metrics
from cvret.cli.sheeting import sheet

__all__ = ["cli", "main"]

WRONG_INPUT = 2
FAILED = 1


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88}
)
@click.version_option(package_name="cvret")
def cli() -> None:
    """Find pictures by a picture, on a CPU, with the reason why.

    \b
    Example:
      cvret index photos/ -o photos.cvret
      cvret search photos.cvret query.jpg -k 10
    """


COMMANDS = (
    add,
    agreement,
    classify,
    compact,
    demo,
    describe,
    doctor,
    duplicates,
    evaluate,
    explain,
    index,
    info,
    metrics,
    remove,
    search,
    sheet,
    similar,
    verify,
)

for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    logging.basicConfig(format="cvret: %(message)s", stream=sys.stderr)
    try:
        status = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("cvret: interrupted", err=True)
        sys.exit(FAILED)
    except BrokenPipeError:
        # The reader of the output has gone; nothing more can be told it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except Exception as error:  # noqa: BLE001  (the last stop: a sentence, not a trace)
        if os.environ.get("CVRET_TRACEBACK"):
            raise
        click.echo(f"cvret: {sentence_of(error)}", err=True)
        sys.exit(status_of(error))
    sys.exit(status or 0)


def status_of(error: BaseException) -> int:
    """Give the exit status of a failure: 2 where the input was at fault, else 1."""
    from cvret.errors import CvretError, MissingExtraError

    if isinstance(error, MissingExtraError):
        return FAILED
    wrong = (
        CvretError,
        ValueError,
        TypeError,
        KeyError,
        FileNotFoundError,
        FileExistsError,
        NotADirectoryError,
        IsADirectoryError,
    )
    return WRONG_INPUT if isinstance(error, wrong) else FAILED


def sentence_of(error: BaseException) -> str:
    """Give one clear sentence for a failure."""
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])  # str() of a KeyError adds quotes
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__
