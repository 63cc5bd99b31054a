"""``quadpred completion``: scripts for the shells, as click makes them."""

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
    """Print what lets a shell complete commands, options, models and files.

    Put it where the shell looks for completions, as in the examples; the folders must be
    there. For zsh, the folder must be in fpath before compinit runs: 'fpath+=~/.zfunc' in
    ~/.zshrc. For the running shell alone, let it evaluate what is printed. bash must be 4.4
    or newer.
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(context.find_root().command, {}, "quadpred", VARIABLE).source())
