"""From the original weights, as Keras 2 stored them, to a model of this project.

The original network is channels first: (channel, band, frame), with batch norm over frames.
TensorFlow convolves on a processor only with the channels last, so it is built as (band,
frame, channel). Kernels are stored alike for both.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import ModelError, OutputError
from quadpred_plugin.model.registry import is_shipped
from quadpred_plugin.training.keras2.hdf5 import StoredNetwork, check_signature, read_stored_network
from quadpred_plugin.training.keras2.released import Release, describe, find_release
from quadpred_plugin.training.networks.published import HEADS

_FOLDER = re.compile(r"speech_(eng|man|mix)_2_music_(eng|man)")
_CODES = {"eng": "e", "man": "m", "mix": "x"}
_WORDS = {"e": "english", "m": "mandarin", "x": "mixed"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

# Where the frames are in (patch, band, frame, channel).
_FRAMES_AXIS = 2


@dataclass(frozen=True)
class Import:
    """What is to be imported, and as what.

    Attributes
    ----------
    path : Path
        The .hdf5.
    speech : {'e', 'm', 'x'}
    music : {'e', 'm'}
    name : str
        Of the model.
    release : Release or None
        The released file that it is, None for any other.
    sha256 : str
        Of the .hdf5, hexadecimal.
    """

    path: Path
    speech: str
    music: str
    name: str
    release: Release | None
    sha256: str


def plan_imports(
    paths: Sequence[Path],
    speech: str | None = None,
    music: str | None = None,
    name: str | None = None,
) -> list[Import]:
    """Find the files and what they become.

    Parameters
    ----------
    paths : sequence of Path
        .hdf5 files, or folders that hold some at any depth.
    speech : {'e', 'm', 'x', None}
        Language of the speech; None takes it from the folder's name
        (``speech_eng_2_music_man``), or from the file where it is one of the released.
    music : {'e', 'm', None}
        Language of the music, in the same way.
    name : str, optional
        Of the model, for a single file; made of the languages if None.

    Raises
    ------
    ModelError
        If there is no such file, a language isn't known, a name can't be used, or two files
        would get the same name.
    """
    files = [file for path in paths for file in _files(path)]
    if name is not None and len(files) > 1:
        raise ModelError(f"One name, '{name}', can't be given to {len(files)} files.")
    plans = [_plan(file, speech, music, name) for file in files]
    by_name: dict[str, Import] = {}
    for plan in plans:
        other = by_name.setdefault(plan.name, plan)
        if other is not plan:
            raise ModelError(
                f"{other.path} and {plan.path} would both become the model '{plan.name}': import "
                "them one by one with --name."
            )
    return plans


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(path.rglob("*.hdf5"))
    if not found:
        raise ModelError(f"The folder {path} holds no .hdf5 file.")
    return found


def _plan(path: Path, speech: str | None, music: str | None, name: str | None) -> Import:
    check_signature(path)
    content = path.read_bytes()
    release = find_release(content)
    # Not resolved: of a link, the place where the user put it tells the languages.
    folder = _FOLDER.fullmatch(path.absolute().parent.name)
    if folder:
        speech, music = speech or _CODES[folder[1]], music or _CODES[folder[2]]
    if release:
        speech, music = speech or release.speech, music or release.music
        if (speech, music) != (release.speech, release.music):
            raise ModelError(
                f"{path} is the released file of {_WORDS[release.speech]} speech and "
                f"{_WORDS[release.music]} music, not of {_WORDS[speech]} and {_WORDS[music]}: put "
                "it back into its folder, or give the right --speech and --music."
            )
    if not speech or not music:
        raise ModelError(
            f"The languages of {path} aren't known: give them with --speech and --music, or put "
            "it into a folder with a name such as speech_eng_2_music_man."
        )
    name = name or f"speech-{_WORDS[speech]}-music-{_WORDS[music]}-original"
    if not _NAME.fullmatch(name) or name == "default" or is_shipped(name):
        raise ModelError(
            f"A model can't be named '{name}': names are letters, digits, '.', '_' and '-', and "
            "not those of models that come with the package."
        )
    return Import(path, speech, music, name, release, hashlib.sha256(content).hexdigest())


def import_network(plan: Import, folder: Path, force: bool = False) -> Path:
    """Freeze a stored network and write its graph, card and golden vectors.

    Constants stay float32: as float16 they would change outputs by up to 0.004, and what isn't
    shipped need not be small.

    Parameters
    ----------
    plan : Import
        One of `plan_imports`.
    folder : Path
        Where the model's files shall be.
    force : bool
        Whether to replace files that are there.

    Returns
    -------
    graph : Path
        The .pb.

    Raises
    ------
    ModelError
        If the file isn't a network that is known, as `hdf5.read_stored_network` says.
    OutputError
        If the model is there already, or can't be written.
    """
    for suffix in (".pb", ".json", ".golden.npz"):
        path = folder / f"{plan.name}{suffix}"
        if path.exists() and not force:
            raise OutputError(f"{path} exists; --force replaces it.")
    preprocessing = Preprocessing()
    stored = read_stored_network(plan.path, preprocessing)
    from quadpred_plugin.training.packaging.export import golden_vectors, write_model
    from quadpred_plugin.training.packaging.freeze import freeze

    network = build_stored_network(stored, preprocessing)
    zoo, own = describe(plan.path, plan.speech, plan.music, plan.release)
    source = f"{plan.path.absolute().parent.name}/{plan.path.name}"
    own["training"] = {
        "parameters": int(network.count_params()),
        "source": source,
        "source_sha256": plan.sha256,
        "keras_version": stored.keras_version,
        "command": (
            f"quadpred models import --speech {plan.speech} --music {plan.music} "
            f"--name {plan.name} {source}"
        ),
    }
    return write_model(
        folder,
        plan.name,
        freeze(network, preprocessing, half=False),
        golden_vectors(network, preprocessing),
        preprocessing,
        zoo,
        own,
    )


def build_stored_network(stored: StoredNetwork, preprocessing: Preprocessing) -> Any:
    """Build the network that a file describes, channels last, with its weights.

    Parameters
    ----------
    stored : StoredNetwork
    preprocessing : Preprocessing
        Gives the patch's frames and bands.

    Returns
    -------
    network : keras.Model
        As `architecture.build_network` makes it: patches of logarithmic bands, shape
        (patches, frames, bands), to softmaxes ``quadrants`` (patches, 4), ``arousal`` and
        ``valence`` (patches, 2), the latter two in the order negative, positive.
    """
    from keras import Input, Model, layers

    frames, bands = preprocessing.patch_size, preprocessing.bands
    patches = Input((frames, bands), name="patches")
    turned = layers.Reshape((bands, frames, 1))(layers.Permute((2, 1))(patches))
    done: dict[str, Any] = {}
    for layer in stored.layers.values():
        if layer.source is None:
            done[layer.name] = turned
            continue
        hidden = done[layer.source]
        own = _make_layer(layer.kind, layer.settings)
        if own is not None:
            hidden = own(hidden)
            own.set_weights(stored.weights.get(layer.name, []))
        done[layer.name] = hidden
    return Model(patches, {head: done[head] for head in HEADS}, name="imported")


def _make_layer(kind: str, settings: dict[str, Any]) -> Any:
    from keras import layers

    match kind:
        case "BatchNormalization":
            return layers.BatchNormalization(axis=_FRAMES_AXIS, epsilon=settings["epsilon"])
        case "Conv2D":
            return layers.Conv2D(
                settings["filters"],
                settings["kernel_size"],
                padding="same",
                data_format="channels_last",
                activation=settings["activation"],
            )
        case "MaxPooling2D":
            return layers.MaxPooling2D(settings["pool_size"], data_format="channels_last")
        case "Flatten":
            # Keras 2 too moved the channels last before it flattened what is channels first,
            # so that rows of the dense layer are in the order of (band, frame, channel).
            return layers.Flatten(data_format="channels_last")
        case "Dense":
            return layers.Dense(settings["units"], activation=settings["activation"])
    return None
