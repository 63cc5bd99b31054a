"""``quadpred models``: list, show, verify."""

from typing import Any

import click


@click.group("models")
def command() -> None:
    """List, show and verify the installed models."""


@command.command("list")
def list_command() -> None:
    """List the installed models, the default first, imported ones last."""
    from quadpred_plugin.card import LANGUAGES
    from quadpred_plugin.models import installed_models

    rows = [("name", "speech", "music", "F1 quadrants, arousal, valence", "licence")]
    installed = installed_models()
    for card in installed.shipped + installed.own:
        clip = card.metrics.get("clip")
        scores = "not measured"
        if clip:
            scores = ", ".join(f"{clip[head]['f1']:.2f}" for head in card.outputs)
        speech = LANGUAGES[card.speech] if card.speech else "none"
        rows.append((card.name, speech, LANGUAGES[card.music], scores, card.licence))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        line = "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())
    for error in installed.unusable:
        click.echo(f"quadpred: {error}", err=True)


@command.command("show")
@click.argument("name", default="default")
@click.option("--json", "as_json", is_flag=True, help="Print the whole card.")
def show_command(name: str, as_json: bool) -> None:
    """Show a model's card: licence, figures, limits, what each output means."""
    import json

    from quadpred_plugin.models import find_model

    card = find_model(name)
    if as_json:
        click.echo(json.dumps(card.content, indent=2))
        return
    content = card.content
    click.echo(f"{card.name} {content['version']}, {content['release_date']}")
    click.echo(content["description"])
    click.echo(f"\nlicence   {card.licence}")
    click.echo(f"data      {content['dataset']['name']}")
    click.echo(f"citation  {content['citation']}")
    click.echo(f"graph     {card.graph} (SHA-256 {card.sha256})")
    click.echo("\noutputs")
    for output, meaning in card.outputs.items():
        click.echo(f"  {output:10} {meaning}")
    click.echo(f"\nfigures   {card.metrics.get('protocol', 'not measured')}")
    _echo_figures(card.metrics)
    if card.published:
        click.echo(f"\nfigures   {card.published['source']}")
        _echo_figures(card.published)
    click.echo("\nlimits")
    for limit in card.limits:
        click.echo(f"  - {limit}")


def _echo_figures(levels: dict[str, Any]) -> None:
    if not {"clip", "patch"} & set(levels):
        return
    click.echo("  level  head       precision  recall    F1")
    for level in ("clip", "patch"):
        for head, scores in levels.get(level, {}).items():
            figures = "  ".join(f"{scores[key]:8.2f}" for key in ("precision", "recall", "f1"))
            click.echo(f"  {level:5}  {head:9}  {figures}")


@command.command("verify")
@click.argument("names", nargs=-1)
def verify_command(names: tuple[str, ...]) -> int:
    """Compare each graph's SHA-256 with its card; exit code 1 if one differs."""
    from quadpred_plugin.errors import ModelError
    from quadpred_plugin.models import find_model, installed_models

    if names:
        cards, errors = [find_model(name) for name in names], []
    else:
        installed = installed_models()
        cards, errors = installed.shipped + installed.own, installed.unusable
    for card in cards:
        try:
            card.verify()
        except ModelError as error:
            errors.append(error)
        else:
            click.echo(f"{card.name}: ok")
    for reason in errors:
        click.echo(f"quadpred: {reason}", err=True)
    return 1 if errors else 0
