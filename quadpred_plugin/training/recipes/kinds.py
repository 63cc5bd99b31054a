"""The kinds of recipes: everything that decides a training, as dataclasses.

A recipe is a .json file whose ``kind`` names one of `KINDS`; its other entries are the
fields of that class. ``front_end`` is ``"published"`` or an object of the entries of
`Preprocessing` that differ from the published front end.
"""

from dataclasses import dataclass

from quadpred_plugin.training.augmentation import Augmentation
from quadpred_plugin.training.recipes.contextual_model import ContextualModel, ContextualPretext
from quadpred_plugin.training.recipes.large_model import LargeModel
from quadpred_plugin.training.recipes.recipe import Recipe
from quadpred_plugin.training.recipes.schedule import Schedule


@dataclass(frozen=True)
class MusicOnly(Recipe):
    """The published network, trained on one dataset of music without pre-training.

    Attributes
    ----------
    dataset : str
        A name that `datasets.find_dataset` finds.
    test_fold : int
        Fold that is only tested.
    validation_share : float
        Share of the other folds' artists that decides early stopping.
    filters : list of int
        Filters of the three convolution blocks; published: 32, 64, 128.
    dropout : float
        Share of values dropped after each block and dense layer; published: 0.25.
    patches_per_clip : int
        Random patches of each clip in one epoch.
    label_smoothing : float
    mixup : float
        Parameter of the Beta distribution; 0 for none.
    loss_weights : dict
        Weight of each head's cross-entropy.
    schedule : Schedule
    """

    kind = "music-only"

    dataset: str
    test_fold: int
    validation_share: float
    filters: list[int]
    dropout: float
    patches_per_clip: int
    label_smoothing: float
    mixup: float
    loss_weights: dict[str, float]
    schedule: Schedule


@dataclass(frozen=True)
class Pretraining(Recipe):
    """Pre-training of the published encoder on speech, without labels.

    Attributes
    ----------
    method : {'scae', 'cpc'}
        Denoising autoencoder or contrastive predictive coding.
    filters : list of int
        Filters of the encoder's three blocks; published: 32, 64, 128.
    dropout : float
        Share of values dropped after each block; published: 0.25.
    validation_share : float
        Share of the speakers that decides early stopping; published: 0.15.
    samples : int
        Patches, or sequences of patches, per epoch.
    noise : float
        Standard deviation of the noise that an autoencoder removes, ln units; published: 0.3.
    past, future : int
        Patches of a sequence that are summarised, and that are predicted; published: 4, 2.
    units : int
        Of the vectors that represent a patch and the past.
    schedule : Schedule
    """

    kind = "speech-pretraining"

    method: str
    filters: list[int]
    dropout: float
    validation_share: float
    samples: int
    noise: float
    past: int
    future: int
    units: int
    schedule: Schedule


@dataclass(frozen=True)
class Transfer(Recipe):
    """Training on music from a pre-trained encoder, in the two steps of the studies.

    Attributes
    ----------
    dataset : str
    filters, dropout, validation_share
        As in `MusicOnly`.
    patches_per_clip : int
        Random patches of each clip in one epoch of ``full`` and ``scratch``.
    label_smoothing, mixup, loss_weights
        As in `MusicOnly`.
    schedules : dict of Schedule
        For ``feat_ext``, ``full`` and ``scratch``.
    """

    kind = "transfer"

    dataset: str
    filters: list[int]
    dropout: float
    validation_share: float
    patches_per_clip: int
    label_smoothing: float
    mixup: float
    loss_weights: dict[str, float]
    schedules: dict[str, Schedule]


@dataclass(frozen=True)
class LanguageStudy(Recipe):
    """The table of experiments of the language study.

    Attributes
    ----------
    pretraining : dict of Pretraining
        By method.
    speech : list of str
        Languages: e, m, x.
    transfer : Transfer
    settings : list of str
        ``feat_ext``, ``full``.
    folds : dict of list of int
        By method, ``scratch`` among them.
    """

    kind = "language-study"

    pretraining: dict[str, Pretraining]
    speech: list[str]
    transfer: Transfer
    settings: list[str]
    folds: dict[str, list[int]]


@dataclass(frozen=True)
class PretextDataset:
    """One dataset of a pretext task.

    Attributes
    ----------
    share : float
        Of an epoch's patches.
    augmentation : Augmentation
    """

    share: float
    augmentation: Augmentation


@dataclass(frozen=True)
class Pretext(Recipe):
    """Pre-training of a small network on a pretext task, without emotion labels.

    Attributes
    ----------
    network : str
        A name of `distillation.student.NETWORKS`.
    task : {'embeddings', 'notes'}
        Regression of musicnn's embedding, or of the notes that are played.
    datasets : dict of PretextDataset
        By name.
    dropout : float
    patches : int
        Random patches in one epoch.
    schedule : Schedule
    """

    kind = "pretext"

    network: str
    task: str
    datasets: dict[str, PretextDataset]
    dropout: float
    patches: int
    schedule: Schedule


@dataclass(frozen=True)
class StudentDataset:
    """One dataset of a student.

    Attributes
    ----------
    share : float
        Of an epoch's patches.
    teacher_share : float
        Weight of the teacher's soft label against the clip's label, 0..1.
    augmentation : Augmentation
    """

    share: float
    teacher_share: float
    augmentation: Augmentation


@dataclass(frozen=True)
class Student(Recipe):
    """A small network trained on labels and on a teacher's soft labels.

    Attributes
    ----------
    network : str
        A name of `distillation.student.NETWORKS`.
    initial_weights : Pretext or None
        The pretext training whose layers it starts from.
    freeze_initial : bool
        Whether these layers stay as they are.
    datasets : dict of StudentDataset
        By name.
    dropout : float
    validation_share : float
        Share of each dataset's artists or songs that decides early stopping; 0 for none.
    patches : int
        Random patches in one epoch.
    label_smoothing, mixup, loss_weights
        As in `MusicOnly`.
    schedule : Schedule
    """

    kind = "student"

    network: str
    initial_weights: Pretext | None
    freeze_initial: bool
    datasets: dict[str, StudentDataset]
    dropout: float
    validation_share: float
    patches: int
    label_smoothing: float
    mixup: float
    loss_weights: dict[str, float]
    schedule: Schedule


@dataclass(frozen=True)
class Ensemble(Recipe):
    """Two students and a gate that weights their valence.

    Attributes
    ----------
    convolutional : Student
    harmony : Student
    harmony_logit_scale : float
        Factor of the harmony network's logits. It learned from an uncertain teacher, and is
        less confident on new songs than it is correct.
    gate_patches : int
        Patches of each dataset that the gate is fitted on.
    seed : int
        Of the choice of these.
    """

    kind = "ensemble"

    convolutional: Student
    harmony: Student
    harmony_logit_scale: float
    gate_patches: int
    seed: int


KINDS: dict[str, type[Recipe]] = {
    one.kind: one
    for one in (
        MusicOnly,
        Pretraining,
        Transfer,
        LanguageStudy,
        Pretext,
        Student,
        Ensemble,
        LargeModel,
        ContextualPretext,
        ContextualModel,
    )
}
