"""A recipe: everything that decides a training, in one file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.runs.fitting import Schedule

SHIPPED = Path(__file__).parent

Settings = TypeVar("Settings")


@dataclass(frozen=True)
class Recipe:
    """Settings of one training on music alone.

    Attributes
    ----------
    name : str
    corpus : str
        A name that `corpora.find_corpus` finds.
    test_fold : int
        Fold whose clips are never seen, nor choose anything.
    validation_share : float
        Share of the other folds' artists that decides when to stop.
    seed : int
    filters : list of int
        Filters of the three convolution blocks; published: 32, 64, 128.
    dropout : float
        Share of values dropped after each block and dense layer; published: 0.25.
    epochs : int
        At most; the learning rate falls to zero over them along a cosine.
    patience : int
        Epochs without a better validation loss before stopping.
    patches_per_clip : int
        Random patches of each clip in one epoch.
    batch_size : int
    learning_rate, weight_decay : float
        Of AdamW; the rate rises over the first epoch.
    averaging : float
        Momentum of the running mean of the weights; each epoch ends on the mean.
    label_smoothing : float
    mixup : float
        Parameter of the Beta distribution; 0 for none.
    loss_weights : dict
        Weight of each head's cross-entropy.
    """

    name: str
    corpus: str
    test_fold: int
    validation_share: float
    seed: int
    filters: list[int]
    dropout: float
    epochs: int
    patience: int
    patches_per_clip: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    averaging: float
    label_smoothing: float
    mixup: float
    loss_weights: dict[str, float]

    @property
    def schedule(self) -> Schedule:
        """How long, how fast and from which seed."""
        return Schedule(
            self.seed,
            self.epochs,
            self.patience,
            self.batch_size,
            self.learning_rate,
            self.weight_decay,
            self.averaging,
        )

    def to_dict(self) -> dict[str, object]:
        """Return every setting by name."""
        return asdict(self)


def read_recipe(name_or_path: str) -> Recipe:
    """Read a recipe of a training on music alone that is shipped, by its name, or a file.

    Raises
    ------
    QuadpredError
        If there is none, or its entries aren't those of `Recipe`.
    """
    return read_settings(name_or_path, Recipe)


def recipe_kind(name_or_path: str, kinds: Sequence[type]) -> type:
    """Return the kind whose entries a settings file has; the first one if none fits."""
    path = _find(name_or_path)
    entries = set(_read(path))
    return next((kind for kind in kinds if set(get_type_hints(kind)) == entries), kinds[0])


def read_settings(name_or_path: str, kind: type[Settings]) -> Settings:
    """Read a settings file of any kind that is shipped, by its name, or a file.

    Parameters
    ----------
    name_or_path : str
    kind : type
        A dataclass whose fields are the entries; a field that is itself a dataclass, or a
        dict of them, is read likewise, and one that is given by name is read from the
        shipped file of that name.

    Raises
    ------
    QuadpredError
        If there is none, or its entries aren't those of the kind.
    """
    path = _find(name_or_path)
    return _build(kind, _read(path), path)


def _find(name_or_path: str) -> Path:
    shipped = SHIPPED / f"{name_or_path}.json"
    return shipped if shipped.exists() else Path(name_or_path)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        known = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.json")))
        raise QuadpredError(
            f"There is no recipe '{path}': name one of {known}, or a .json file."
        ) from error
    except ValueError as error:
        raise QuadpredError(f"The recipe {path} is not JSON: {error}.") from error


def _build(kind: type[Settings], values: Any, path: Path) -> Settings:
    hints = get_type_hints(kind)
    if not isinstance(values, dict) or set(values) != set(hints):
        odd = ", ".join(sorted(set(values) ^ set(hints)))
        raise QuadpredError(f"The recipe {path} has unknown or missing entries: {odd}.")
    return kind(**{name: _value(hints[name], value, path) for name, value in values.items()})


def _value(hint: Any, value: Any, path: Path) -> Any:
    if isinstance(hint, type) and is_dataclass(hint):
        return read_settings(value, hint) if isinstance(value, str) else _build(hint, value, path)
    parameters = get_args(hint)
    if get_origin(hint) is dict and is_dataclass(parameters[1]) and isinstance(value, dict):
        return {name: _value(parameters[1], one, path) for name, one in value.items()}
    return value
