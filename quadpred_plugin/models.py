"""Finding models: by name, by path, or by the languages they learned from."""

from pathlib import Path

from quadpred_plugin.card import LANGUAGES, ModelCard, read_card
from quadpred_plugin.errors import ModelError

DEFAULT_MODEL = "music-4q"


def shipped_folder() -> Path:
    """Return the folder of the models that come with the package."""
    package = Path(__file__).parent
    installed = package / "shipped_models"
    return installed if installed.is_dir() else package.parent / "models"


def list_models() -> list[ModelCard]:
    """Read the cards of all installed models, the default first.

    Raises
    ------
    ModelError
        If a card is damaged, or none is there.
    """
    cards = [read_card(path) for path in sorted(shipped_folder().glob("*.json"))]
    if not cards:
        raise ModelError(f"No model is installed in {shipped_folder()}; install the package again.")
    return sorted(cards, key=lambda card: (card.name != DEFAULT_MODEL, card.name))


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
    if (shipped_folder() / f"{name}.json").is_file() and Path(name).name == name:
        return read_card(shipped_folder() / f"{name}.json")
    path = Path(name_or_path)
    if path.suffix in (".pb", ".json"):
        if not path.is_file():
            raise ModelError(f"There is no model file {path}.")
        return read_card(path)
    known = ", ".join(card.name for card in list_models())
    raise ModelError(
        f"There is no model '{name_or_path}'. Installed: {known}. A path to a .pb with its card "
        "beside it works too."
    )


def find_by_language(speech: str | None, music: str | None) -> ModelCard:
    """Find a model by what its encoder and its heads were trained on.

    Parameters
    ----------
    speech : {'e', 'm', 'x', None}
        Language of the speech used in pre-training; None for any model, the default first.
    music : {'e', 'm', None}
        Language of the music; None is English.

    Raises
    ------
    ModelError
        If no installed model was trained so.
    """
    music = music or "e"
    cards = list_models()
    for card in cards:
        if card.music == music and speech in (None, card.speech):
            return card
    wanted = f"{LANGUAGES[music]} music"
    if speech:
        wanted = f"{LANGUAGES[speech]} speech and {wanted}"
    reason = ""
    if music == "m":
        reason = (
            " Its training music, CH-818, isn't public, so no such model can be shipped; train "
            "one on music of your own with 'quadpred train'."
        )
    raise ModelError(
        f"No installed model was trained on {wanted}.{reason} Installed: "
        f"{', '.join(card.name for card in cards)}."
    )
