"""``quadpred models``: list, show, verify, import."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quadpred_plugin.cli.shell_completion import complete_models
from quadpred_plugin.system.text import printable

if TYPE_CHECKING:
    from quadpred_plugin.model.card import ModelCard


@click.group(
    "models",
    epilog="""\b
Examples:
  quadpred models list
  quadpred models show music-4q
  quadpred models import quad-pred/models
""",
)
def command() -> None:
    """List, show, verify and import models.

    A model is a .pb file and its card, a .json in the same folder. Some are part of the
    package; others are imported into the folder QUADPRED_MODELS, or into 'quadpred/models'
    in the user's data folder.
    """


@command.command(
    "list",
    epilog="""\b
Examples:
  quadpred models list
""",
)
def list_command() -> None:
    """List the installed models, the default first.

    One line per model: the languages of the speech and the music that it was trained on,
    its F1 scores by clip on its test recordings, and the licence of its weights.
    """
    from quadpred_plugin.model.card import LANGUAGES
    from quadpred_plugin.model.registry import installed_models

    rows = [("name", "speech", "music", "F1 quadrants, arousal, valence", "licence")]
    installed = installed_models()
    for card in installed.shipped + installed.own:
        clip = card.metrics.get("clip")
        scores = "not measured"
        if clip:
            scores = ", ".join(f"{clip[head]['f1']:.2f}" for head in card.outputs if head in clip)
        speech = LANGUAGES[card.speech] if card.speech else "none"
        rows.append((card.name, speech, LANGUAGES[card.music], scores, card.licence))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        line = "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())
    for error in installed.unusable:
        click.echo(f"quadpred: {error}", err=True)


@command.command(
    "show",
    epilog="""\b
Examples:
  quadpred models show
  quadpred models show --json music-4q
  quadpred models show --bibtex > quadpred.bib
""",
)
@click.argument("name", default="default", shell_complete=complete_models)
@click.option("--json", "as_json", is_flag=True, help="Print the whole card as JSON.")
@click.option(
    "--bibtex",
    is_flag=True,
    help="Print BibTeX of the software, the studies, and what the model was trained on.",
)
def show_command(name: str, as_json: bool, bibtex: bool) -> None:
    """Show a model's card: licence, figures, limits, outputs.

    NAME is an installed model's name or the path of a .pb or .json. Default: the default
    model.
    """
    from quadpred_plugin.model.bibliography import bibliography
    from quadpred_plugin.model.registry import find_model

    if as_json and bibtex:
        raise click.UsageError("--json and --bibtex exclude each other.")
    card = find_model(name)
    if as_json:
        click.echo(json.dumps(card.content, indent=2))
    elif bibtex:
        click.echo(bibliography(card))
    else:
        show_card(card)


def show_card(card: ModelCard) -> None:
    """Print the main content of a card as text."""
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
    _echo_training(card)
    click.echo("\nlimits")
    for limit in card.limits:
        click.echo(f"  - {limit}")


def _echo_training(card: ModelCard) -> None:
    for title, sources in (("corpora", card.corpora), ("networks", card.networks)):
        if sources:
            click.echo(f"\n{title}")
        for source in sources:
            click.echo(f"  {source.get('title', source['name'])}: {source['use']}")
            click.echo(f"    citation  {source['citation']}")
            click.echo(f"    licence   {source['licence']}")
    if card.recipes:
        click.echo("\nrecipes")
    for recipe in card.recipes.values():
        _echo_recipe(recipe, "  ")


def _echo_recipe(recipe: dict[str, Any], indent: str) -> None:
    """Print a recipe as one line, and the recipes that it builds on below it."""
    nested = {key: one for key, one in recipe.items() if isinstance(one, dict) and "kind" in one}
    settings = ", ".join(
        f"{printable(key)} {json.dumps(value)}"
        for key, value in recipe.items()
        if key not in nested and key not in ("kind", "name")
    )
    name, kind = (printable(str(recipe.get(key))) for key in ("name", "kind"))
    click.echo(f"{indent}{name} ({kind}): {settings}")
    for one in nested.values():
        _echo_recipe(one, indent + "  ")


def _echo_figures(levels: dict[str, Any]) -> None:
    if not {"clip", "patch"} & set(levels):
        return
    click.echo("  level  head       precision  recall    F1")
    for level in ("clip", "patch"):
        for head, scores in levels.get(level, {}).items():
            figures = "  ".join(f"{scores[key]:8.2f}" for key in ("precision", "recall", "f1"))
            click.echo(f"  {level:5}  {head:9}  {figures}")


@command.command(
    "verify",
    epilog="""\b
Examples:
  quadpred models verify
  quadpred models verify music-4q own/model.pb
""",
)
@click.argument("names", nargs=-1, shell_complete=complete_models)
def verify_command(names: tuple[str, ...]) -> int:
    """Compare each graph's SHA-256 with its card.

    NAMES are names of installed models or paths. Default: all installed models. Exit
    code 1 if one differs.
    """
    from quadpred_plugin.errors import ModelError
    from quadpred_plugin.model.registry import find_model, installed_models

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


@command.command(
    "import",
    epilog="""\b
Examples:
  quadpred models import quad-pred/models
  quadpred models import -s m -m e --name mine weights.hdf5
""",
)
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATHS..."
)
@click.option("-s", "--speech", type=click.Choice(["e", "m", "x"]), help="Language of the speech.")
@click.option("-m", "--music", type=click.Choice(["e", "m"]), help="Language of the music.")
@click.option("--name", help="The model's name. Default: made of the languages.")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Folder for the model. Default: the folder in which all commands find it "
    "(QUADPRED_MODELS, or 'quadpred/models' in the user's data folder).",
)
@click.option("--force", is_flag=True, help="Replace a model of the same name.")
def import_command(
    paths: tuple[Path, ...],
    speech: str | None,
    music: str | None,
    name: str | None,
    output: Path | None,
    force: bool,
) -> int:
    """Import the original weights of quad-pred as models.

    PATHS are .hdf5 files of Keras 2, each with its .json in the same folder, or folders of
    such files. The languages are taken from folder names such as speech_eng_2_music_man;
    otherwise give --speech and --music.
    """
    import os
    from importlib.util import find_spec

    from quadpred_plugin.errors import QuadpredError
    from quadpred_plugin.model.registry import user_folder

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # oneDNN prints a notice on standard error at any log level.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    if find_spec("tensorflow") is None or find_spec("h5py") is None:
        raise click.ClickException(
            "Importing needs more packages: pip install 'quadpred-plugin[training]'."
        )
    from quadpred_plugin.training.keras2.importing import import_network, plan_imports

    code = 0
    for plan in plan_imports(paths, speech, music, name):
        try:
            click.echo(import_network(plan, output or user_folder(), force))
        except QuadpredError as error:
            click.echo(f"quadpred: {error}", err=True)
            code = 1
    return code
