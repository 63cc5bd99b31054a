"""``quadpred completion``: click's completion scripts for shells."""

import click

VARIABLE = "_QUADPRED_COMPLETE"


@click.command(
    "completion",
    epilog="""\b
Examples:
  quadpred completion bash \\
      > ~/.local/share/bash-completion/completions/quadpred
  quadpred completion zsh > ~/.zfunc/_quadpred
  quadpred completion fish > ~/.config/fish/completions/quadpred.fish
""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print a script that completes commands, options, models and files in SHELL.

    Save it in the shell's folder of completions, as in the examples; the folder must exist.
    For zsh, the folder must be in fpath before compinit runs: 'fpath+=~/.zfunc' in ~/.zshrc.
    For the current shell only, evaluate the output. bash must be 4.4 or newer.
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(context.find_root().command, {}, "quadpred", VARIABLE).source())
