"""Import the original weights, as saved by Keras 2, as a model of this package.

The original network is channels first, (channel, band, frame), with batch norm over frames.
TensorFlow supports convolutions on a CPU with channels last only, so the network is built as
(band, frame, channel). The layout of the kernels is the same for both.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quadpred_plugin.chain.heads import REQUIRED_HEADS
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import ModelError, OutputError
from quadpred_plugin.model.registry import is_shipped
from quadpred_plugin.training.keras2.hdf5 import StoredNetwork, check_signature, read_stored_network
from quadpred_plugin.training.keras2.released import ReleasedWeights, card_sections, find_release

_FOLDER = re.compile(r"speech_(eng|man|mix)_2_music_(eng|man)")
_CODES = {"eng": "e", "man": "m", "mix": "x"}
_LANGUAGE_NAMES = {"e": "english", "m": "mandarin", "x": "mixed"}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

# Axis of the frames in (patch, band, frame, channel).
_FRAMES_AXIS = 2


@dataclass(frozen=True)
class Import:
    """A planned import of one file.

    Attributes
    ----------
    path : Path
        The .hdf5.
    speech : {'e', 'm', 'x'}
        Language of the speech.
    music : {'e', 'm'}
        Language of the music.
    name : str
        Name of the model.
    release : ReleasedWeights or None
        The released file with the same content, if any.
    sha256 : str
        Checksum of the .hdf5, hexadecimal.
    """

    path: Path
    speech: str
    music: str
    name: str
    release: ReleasedWeights | None
    sha256: str


def plan_imports(
    paths: Sequence[Path],
    speech: str | None = None,
    music: str | None = None,
    name: str | None = None,
) -> list[Import]:
    """Find the files to import, their languages and model names.

    Parameters
    ----------
    paths : sequence of Path
        .hdf5 files, or folders with .hdf5 files at any depth.
    speech : {'e', 'm', 'x', None}
        Language of the speech. None takes it from the folder's name
        (``speech_eng_2_music_man``), or from the content if the file is a released one.
    music : {'e', 'm', None}
        Language of the music; None as for `speech`.
    name : str, optional
        Name of the model, for a single file; derived from the languages if None.

    Returns
    -------
    plans : list of Import

    Raises
    ------
    ModelError
        If there is no such file, a language is unknown, a name can't be used, or two files
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
        raise ModelError(f"The folder {path} contains no .hdf5 file.")
    return found


def _plan(path: Path, speech: str | None, music: str | None, name: str | None) -> Import:
    check_signature(path)
    content = path.read_bytes()
    release = find_release(content)
    # Not resolved: the languages of a link are in the name of the link's folder.
    folder = _FOLDER.fullmatch(path.absolute().parent.name)
    if folder:
        speech, music = speech or _CODES[folder[1]], music or _CODES[folder[2]]
    if release:
        speech, music = speech or release.speech, music or release.music
        if (speech, music) != (release.speech, release.music):
            raise ModelError(
                f"{path} is the released file of {_LANGUAGE_NAMES[release.speech]} speech and "
                f"{_LANGUAGE_NAMES[release.music]} music, not of {_LANGUAGE_NAMES[speech]} and "
                f"{_LANGUAGE_NAMES[music]}: put it back into its folder, or correct --speech and "
                "--music."
            )
    if not speech or not music:
        raise ModelError(
            f"The languages of {path} are unknown: give them with --speech and --music, or put "
            "it into a folder with a name such as speech_eng_2_music_man."
        )
    name = name or f"speech-{_LANGUAGE_NAMES[speech]}-music-{_LANGUAGE_NAMES[music]}-original"
    if not _NAME.fullmatch(name) or name == "default" or is_shipped(name):
        raise ModelError(
            f"A model can't be named '{name}': a name consists of letters, digits, '.', '_' and "
            "'-', and differs from the names of the package's own models."
        )
    return Import(path, speech, music, name, release, hashlib.sha256(content).hexdigest())


def import_network(plan: Import, folder: Path, force: bool = False) -> Path:
    """Freeze a network saved by Keras 2; write its graph, card and golden vectors.

    Constants stay float32: as float16, they would change outputs by up to 0.004.

    Parameters
    ----------
    plan : Import
        From `plan_imports`.
    folder : Path
        Destination of the model's files.
    force : bool
        Replace existing files.

    Returns
    -------
    graph : Path
        The .pb.

    Raises
    ------
    ModelError
        If the file is refused by `hdf5.read_stored_network`.
    OutputError
        If the model exists, or can't be written.
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
    zoo, own = card_sections(plan.path, plan.speech, plan.music, plan.release)
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
    """Build a saved network with its weights, channels last.

    Parameters
    ----------
    stored : StoredNetwork
    preprocessing : Preprocessing
        Gives the frames and bands of a patch.

    Returns
    -------
    network : keras.Model
        Inputs and outputs as for `published.build_network`.
    """
    from keras import Input, Model, layers

    frames, bands = preprocessing.patch_size, preprocessing.bands
    patches = Input((frames, bands), name="patches")
    transposed = layers.Reshape((bands, frames, 1))(layers.Permute((2, 1))(patches))
    outputs: dict[str, Any] = {}
    for layer in stored.layers.values():
        if layer.source is None:
            outputs[layer.name] = transposed
            continue
        hidden = outputs[layer.source]
        keras_layer = _make_layer(layer.kind, layer.settings)
        if keras_layer is not None:
            hidden = keras_layer(hidden)
            keras_layer.set_weights(stored.weights.get(layer.name, []))
        outputs[layer.name] = hidden
    return Model(patches, {head: outputs[head] for head in REQUIRED_HEADS}, name="imported")


def _make_layer(kind: str, settings: dict[str, Any]) -> Any:
    """Return the Keras layer of a kind; None for dropout, which has no effect in inference."""
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
            # Keras 2 moved the channels last before flattening, so the rows of the dense
            # layer's kernel are in the order (band, frame, channel).
            return layers.Flatten(data_format="channels_last")
        case "Dense":
            return layers.Dense(settings["units"], activation=settings["activation"])
    return None
