"""Find installed models by name, path or language of their training data."""

import os
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.errors import ModelError
from quadpred_plugin.model.card import LANGUAGES, ModelCard, read_card

DEFAULT_MODEL = "compact"

# Environment variable with the folder of the user's own models.
FOLDER_VARIABLE = "QUADPRED_MODELS"


@dataclass(frozen=True)
class InstalledModels:
    """Cards of all installed models.

    Attributes
    ----------
    shipped : list of ModelCard
        Models of the package, the default first.
    own : list of ModelCard
        Models in the user's folder, sorted by name; models whose speech and music have the
        same language come first.
    unusable : list of ModelError
        One error for each invalid card in the user's folder.
    """

    shipped: list[ModelCard]
    own: list[ModelCard]
    unusable: list[ModelError]


def shipped_folder() -> Path:
    """Return the folder of the package's models."""
    package = Path(__file__).parent.parent
    installed = package / "shipped_models"
    return installed if installed.is_dir() else package.parent / "models"


def user_folder() -> Path:
    """Return the folder of the user's own models; it may not exist."""
    if given := os.environ.get(FOLDER_VARIABLE):
        return Path(given)
    from platformdirs import user_data_path

    return user_data_path("quadpred", appauthor=False) / "models"


def is_shipped(name: str) -> bool:
    """Whether the package has a model of this name."""
    return Path(name).name == name and (shipped_folder() / f"{name}.json").is_file()


def installed_models() -> InstalledModels:
    """Read the cards of all installed models.

    Raises
    ------
    ModelError
        If a card of the package is damaged, or the package has none.
    """
    shipped = [read_card(path) for path in sorted(shipped_folder().glob("*.json"))]
    if not shipped:
        raise ModelError(f"No model is installed in {shipped_folder()}; install the package again.")
    own, unusable = [], []
    for path in sorted(user_folder().glob("*.json")):
        try:
            own.append(_read_own_card(path))
        except ModelError as error:
            unusable.append(error)
    return InstalledModels(
        sorted(shipped, key=lambda card: (card.name != DEFAULT_MODEL, card.name)),
        sorted(own, key=lambda card: (card.speech != card.music, card.name)),
        unusable,
    )


def _read_own_card(path: Path) -> ModelCard:
    card = read_card(path)
    if card.name != path.stem:
        raise ModelError(
            f"The card {path} has the name '{card.name}', which differs from its file name: "
            "rename one of them."
        )
    if is_shipped(card.name):
        raise ModelError(
            f"The model {path} has the name of a model of the package: rename its files and the "
            "name in its card."
        )
    return card


def list_models() -> list[ModelCard]:
    """Return the cards of all usable models: the default, other shipped ones, the user's.

    Raises
    ------
    ModelError
        If a card of the package is damaged, or the package has none.
    """
    installed = installed_models()
    return installed.shipped + installed.own


def find_model(name_or_path: "str | os.PathLike[str]" = "default") -> ModelCard:
    """Return the card of a model, found by name or file.

    Parameters
    ----------
    name_or_path : str or path
        ``default``, a name from `list_models`, or the path of a .pb or .json.

    Raises
    ------
    ModelError
        If there is no such model, with the names of the installed ones.
    """
    if not isinstance(name_or_path, (str, os.PathLike)):
        raise ModelError(
            "A model is found by its name or the path of its .pb, not by an object of the type "
            f"{type(name_or_path).__name__}."
        )
    name_or_path = os.fspath(name_or_path)
    name = DEFAULT_MODEL if name_or_path == "default" else name_or_path
    if is_shipped(name):
        return read_card(shipped_folder() / f"{name}.json")
    if Path(name).name == name and (user_folder() / f"{name}.json").is_file():
        return _read_own_card(user_folder() / f"{name}.json")
    path = Path(name_or_path)
    if path.suffix in (".pb", ".json"):
        if not path.is_file():
            raise ModelError(f"There is no model file {path}.")
        return read_card(path)
    raise ModelError(
        f"There is no model '{name_or_path}'. {_installed_sentence(installed_models())} A path of "
        "a .pb file with its card in the same folder works too."
    )


def find_by_language(speech: str | None, music: str | None) -> ModelCard:
    """Return the card of the first model of `list_models` trained on the given languages.

    Parameters
    ----------
    speech : {'e', 'm', 'x', None}
        Language of the speech in pre-training; None for any.
    music : {'e', 'm', None}
        Language of the music; None for English.

    Raises
    ------
    ModelError
        If there is no such model.
    """
    music = music or "e"
    installed = installed_models()
    for card in installed.shipped + installed.own:
        if card.music == music and speech in (None, card.speech):
            return card
    wanted = f"{LANGUAGES[music]} music"
    if speech:
        wanted = f"{LANGUAGES[speech]} speech and {wanted}"
    reason, otherwise = "", ""
    if music == "m":
        reason = " The training music, CH-818, isn't public, so no such model is shipped."
        otherwise = ", or train one on music of your own with 'quadpred train'"
    raise ModelError(
        f"No installed model was trained on {wanted}.{reason} Import the original weights of "
        f"quad-pred with 'quadpred models import PATH'{otherwise}. "
        f"{_installed_sentence(installed)}"
    )


def _installed_sentence(installed: InstalledModels) -> str:
    names = ", ".join(card.name for card in installed.shipped + installed.own)
    return " ".join([f"Installed: {names}.", *map(str, installed.unusable)])
