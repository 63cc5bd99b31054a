"""Finding models: by name, by path, or by the languages they learned from."""

import os
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.errors import ModelError
from quadpred_plugin.model.card import LANGUAGES, ModelCard, read_card

DEFAULT_MODEL = "compact"

# Environment variable that names another folder for the user's own models.
FOLDER_VARIABLE = "QUADPRED_MODELS"


@dataclass(frozen=True)
class InstalledModels:
    """What is installed.

    Attributes
    ----------
    shipped : list of ModelCard
        Models that come with the package, the default first.
    own : list of ModelCard
        Models in the user's folder, by name; first those whose speech and music are of one
        language.
    unusable : list of ModelError
        Why each of the other cards in the user's folder isn't listed.
    """

    shipped: list[ModelCard]
    own: list[ModelCard]
    unusable: list[ModelError]


def shipped_folder() -> Path:
    """Return the folder of the models that come with the package."""
    package = Path(__file__).parent.parent
    installed = package / "shipped_models"
    return installed if installed.is_dir() else package.parent / "models"


def user_folder() -> Path:
    """Return the folder of models that the user has imported; it need not exist."""
    if given := os.environ.get(FOLDER_VARIABLE):
        return Path(given)
    from platformdirs import user_data_path

    return user_data_path("quadpred", appauthor=False) / "models"


def is_shipped(name: str) -> bool:
    """Whether a model of that name comes with the package."""
    return Path(name).name == name and (shipped_folder() / f"{name}.json").is_file()


def installed_models() -> InstalledModels:
    """Read the cards of all installed models.

    Raises
    ------
    ModelError
        If a card that comes with the package is damaged, or none is there.
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
            f"The card {path} is of a model '{card.name}', which isn't the name of its file: "
            "rename one of them."
        )
    if is_shipped(card.name):
        raise ModelError(
            f"The model {path} has the name of one that comes with the package: rename its files "
            "and the name in its card."
        )
    return card


def list_models() -> list[ModelCard]:
    """Read the cards of all models that can be used: the default, others shipped, the user's.

    Raises
    ------
    ModelError
        If a card that comes with the package is damaged, or none is there.
    """
    installed = installed_models()
    return installed.shipped + installed.own


def find_model(name_or_path: str = "default") -> ModelCard:
    """Find a model by its name or its file.

    Parameters
    ----------
    name_or_path : str
        ``default``, a name that `list_models` gives, or the path of a .pb or .json.

    Raises
    ------
    ModelError
        If there is none such, with the names that there are.
    """
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
        f"There is no model '{name_or_path}'. {_installed_sentence(installed_models())} A path to "
        "a .pb with its card beside it works too."
    )


def find_by_language(speech: str | None, music: str | None) -> ModelCard:
    """Find a model by what its encoder and its heads were trained on.

    Parameters
    ----------
    speech : {'e', 'm', 'x', None}
        Language of the speech used in pre-training; None for any model, the first in the
        order of `list_models`.
    music : {'e', 'm', None}
        Language of the music; None is English.

    Raises
    ------
    ModelError
        If no installed model was trained so.
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
        reason = " Its training music, CH-818, isn't public, so no such model can be shipped."
        otherwise = ", or train one on music of your own with 'quadpred train'"
    raise ModelError(
        f"No installed model was trained on {wanted}.{reason} Import the original weights of "
        f"quad-pred with 'quadpred models import PATH'{otherwise}. "
        f"{_installed_sentence(installed)}"
    )


def _installed_sentence(installed: InstalledModels) -> str:
    names = ", ".join(card.name for card in installed.shipped + installed.own)
    return " ".join([f"Installed: {names}.", *map(str, installed.unusable)])
