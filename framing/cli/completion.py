"""``framing completion``: print the script with which a shell completes commands, options and names of models.

Conventions
-----------
The script is click's. It asks ``framing`` itself at every press of the key (with ``_FRAMING_COMPLETE`` set), so it need not be made anew
when commands change. Nothing is written to anybody's start files: the output goes where the reader sends it.
"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_FRAMING_COMPLETE"  # the name that click derives from that of the program

EPILOG = """\b
Examples:
  eval "$(framing completion bash)"                 # this shell only
  framing completion bash \\
      > ~/.local/share/bash-completion/completions/framing
  framing completion zsh > "${fpath[1]}/_framing"
  framing completion fish > ~/.config/fish/completions/framing.fish
"""


@click.command("completion", epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print the script that makes SHELL complete `framing`.

    Save it where your shell looks for such scripts, and start a new shell. Bash must be 4.4 or later.
    """
    click.echo(script(context.find_root().command, shell), nl=False)
    return 0


def script(group: click.Command, shell: str) -> str:
    """The script for a shell.

    Parameters
    ----------
    group : click.Command
        The program.
    shell : {"bash", "zsh", "fish"}

    Raises
    ------
    ValueError
        If click knows no such shell.
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise ValueError(f"no completion for {shell!r}: there are {', '.join(SHELLS)}")
    made = kind(group, {}, "framing", VARIABLE)
    # Not source(): for bash that starts the bash of this machine to see its version, and the script may be for another one.
    return (made.source_template % made.source_vars()).lstrip("\n")
