"""The command line: ``framing COMMAND``, one module a command, loaded only when it is asked for.

Exit codes
----------
0 all went well · 1 some inputs failed, each named on standard error, the others written; or the output cannot be written · 2 wrong usage ·
130 interrupted · 141 the reader of a pipe went away.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from framing.cli.output import READER_GONE, complain, hush
from framing.cli.start import undisturbed
from framing.version import __version__

COMMANDS = {  # name -> module that holds `command`
    "analyze": "framing.cli.analyze",
    "score": "framing.cli.score",
    "report": "framing.cli.report",
    "export": "framing.cli.export",
    "corpora": "framing.cli.corpora",
    "models": "framing.cli.models",
    "train": "framing.cli.train",
    "evaluate": "framing.cli.evaluate",
    "completion": "framing.cli.completion",
}

EPILOG = """\b
Examples:
  framing analyze --demo
  framing analyze article.txt
  framing analyze articles/*.txt --format jsonl -o analyses.jsonl
  framing score corpus.jsonl -o scores.csv --jobs -1
  framing report scores.csv --by input -o report.html
"""


class _Commands(click.Group):
    """Commands that are imported when they are called or when their help line is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        with undisturbed():
            command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it; for a name that is none it also says which one may be meant."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, n=1)
            ctx.fail(f"No such command {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="framing", message="%(prog)s %(version)s")
def group() -> None:
    """Show HOW a news article says what it says.

    Who is speaking, how openly each source is identified, what is hedged and by whom. It never says whether something is true.
    """


def _say(error: click.ClickException) -> None:
    """What is wrong, behind the name of the program as everywhere; for wrong usage the usage before it."""
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):  # click 8.2 raises it for a group alone
        error.show()
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        click.echo(f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n", err=True)
    complain(error.format_message())


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    try:
        code = group.main(prog_name="framing", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        _say(error)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 130
    except BrokenPipeError:
        hush()
        code = READER_GONE
    sys.exit(code or 0)
