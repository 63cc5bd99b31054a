"""The studies' experiments on real data: each step finds what the one before it left."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import Corpus, find_corpus, read_clips
from quadpred_plugin.training.datasets.speech import (
    choose_recordings,
    read_recordings,
)
from quadpred_plugin.training.evaluation.calibration import fit_folds, pooling_by_fold
from quadpred_plugin.training.evaluation.scoring import score_folds
from quadpred_plugin.training.features import AudioFile, cache_features
from quadpred_plugin.training.language_study.experiments import (
    Experiment,
    Grid,
    Report,
    predictions_file,
    read_predictions,
    run_experiment,
    write_predictions,
)
from quadpred_plugin.training.language_study.pretraining import Pretraining, split_speakers
from quadpred_plugin.training.language_study.transfer import Music, Transfer
from quadpred_plugin.training.packaging.card_facts import cross_validation, of_study
from quadpred_plugin.training.runs.fitting import Figures
from quadpred_plugin.training.runs.workers import run_side_by_side
from quadpred_plugin.training.splits import Split, split_clips


class Studies:
    """Data, work folder and front end of all experiments.

    Parameters
    ----------
    music, speech : Path
        Folders of the corpora, each with its ``labels.csv``.
    work : Path
        Folder of caches, networks and logs.
    preprocessing : Preprocessing
    """

    def __init__(self, music: Path, speech: Path, work: Path, preprocessing: Preprocessing) -> None:
        self._music, self._speech, self.work = music, speech, work
        self.preprocessing = preprocessing

    def pretrain(self, recipe: Pretraining, speech: str, report: Report) -> Any:
        """Pre-train an encoder on speech, or return the one that is there.

        Parameters
        ----------
        recipe : Pretraining
        speech : {'e', 'm', 'x'}
        report : callable
            Called with the encoder's name and each epoch's figures.

        Returns
        -------
        encoder : keras.Model
        """
        from quadpred_plugin.training.language_study.cpc import pretrain_contrast
        from quadpred_plugin.training.language_study.scae import pretrain_autoencoder

        name = f"{recipe.name}-{speech}"
        seed = recipe.schedule.seed
        recordings = choose_recordings(read_recordings(self._speech / "labels.csv"), speech, seed)
        held_out = split_speakers(
            [one.speaker for one in recordings], recipe.validation_share, seed
        )
        features = self._features(recordings, "speech")
        methods = {"scae": pretrain_autoencoder, "cpc": pretrain_contrast}
        if recipe.method not in methods:
            raise QuadpredError(
                f"The recipe '{recipe.name}' asks for the method '{recipe.method}'; there are "
                f"{' and '.join(methods)}."
            )

        def tell(figures: Figures) -> None:
            report(name, figures)

        return methods[recipe.method](
            recipe,
            self.preprocessing,
            [one for one, out in zip(features, held_out) if not out],
            [one for one, out in zip(features, held_out) if out],
            self.encoder_folder(recipe, speech),
            tell,
        )

    def encoder_folder(self, recipe: Pretraining, speech: str) -> Path:
        """Where an encoder's networks and log are."""
        return self.work / "encoders" / f"{recipe.name}-{speech}"

    def run(self, grid: Grid, experiment: Experiment, report: Report) -> None:
        """Train one experiment and let it judge its test clips, unless that is done."""
        path = predictions_file(experiment, self.work)
        if path.exists():
            return
        transfer = grid.transfer
        split = self._split(transfer, experiment.fold)
        encoder = None
        if experiment.method != "scratch":
            recipe = grid.pretraining[experiment.method]
            encoder = self.pretrain(recipe, experiment.speech, report)
        network = run_experiment(
            experiment,
            transfer,
            self.preprocessing,
            encoder,
            self._labelled(transfer, split),
            self.work,
            report,
        )
        if split.test:
            write_predictions(
                path,
                network,
                self._features(split.test, transfer.corpus),
                np.array([clip.quadrant for clip in split.test]),
                self.preprocessing,
            )

    def fill_caches(self, grid: Grid) -> None:
        """Compute the features of everything that a grid trains on and tests."""
        recordings = read_recordings(self._speech / "labels.csv") if grid.pretraining else []
        cache_features(recordings, self.preprocessing, self.work / "features" / "speech")
        clips = read_clips(self._music / "labels.csv")
        folder = self.work / "features" / grid.transfer.corpus
        cache_features(clips, self.preprocessing, folder)

    def corpus(self, transfer: Transfer) -> Corpus:
        """Return what is known of the music."""
        return find_corpus(transfer.corpus, self._music)

    def _split(self, transfer: Transfer, fold: int | None) -> Split:
        seed = transfer.schedules["full"].seed
        clips = read_clips(self._music / "labels.csv")
        if fold is None:
            return Split(clips, [], [])
        share = transfer.validation_share
        return split_clips(clips, self.corpus(transfer), fold, share, seed)

    def _labelled(self, transfer: Transfer, split: Split) -> Music:
        from quadpred_plugin.training.language_study.music_only import one_hot_labels

        return Music(
            self._features(split.train, transfer.corpus),
            one_hot_labels(split.train),
            self._features(split.validation, transfer.corpus),
            one_hot_labels(split.validation),
        )

    def _features(self, files: Sequence[AudioFile], corpus: str) -> list[Any]:
        folder = self.work / "features" / corpus
        return [np.load(path) for path in cache_features(files, self.preprocessing, folder)]


def run_grid(grid: Grid, studies: Studies, jobs: int, report: Report) -> None:
    """Run all experiments of a grid that aren't done, so many at a time.

    Encoders come first, since every fold uses them. An encoder's two settings on a fold are
    one piece of work: ``full`` starts from what ``feat_ext`` learned.

    Parameters
    ----------
    grid : Grid
    studies : Studies
    jobs : int
    report : callable
        Of a module's top level; called in other processes.
    """
    waiting = [
        experiment
        for experiment in grid.experiments()
        if not predictions_file(experiment, studies.work).exists()
    ]
    # Caches are filled before, by all cores, and not by several experiments at a time.
    studies.fill_caches(grid)
    encoders = dict.fromkeys(
        (experiment.method, experiment.speech)
        for experiment in waiting
        if experiment.method in grid.pretraining
    )
    run_side_by_side(
        _pretrain_one,
        [(studies, grid.pretraining[method], speech, report) for method, speech in encoders],
        jobs,
    )
    pieces: dict[tuple[str, str, int | None], list[Experiment]] = {}
    for experiment in waiting:
        piece = (experiment.method, experiment.speech, experiment.fold)
        pieces.setdefault(piece, []).append(experiment)
    run_side_by_side(
        _run_piece, [(studies, grid, piece, report) for piece in pieces.values()], jobs
    )


def _pretrain_one(studies: Studies, recipe: Pretraining, speech: str, report: Report) -> None:
    studies.pretrain(recipe, speech, report)


def _run_piece(studies: Studies, grid: Grid, piece: list[Experiment], report: Report) -> None:
    for experiment in piece:
        studies.run(grid, experiment, report)


def export_study(
    studies: Studies,
    grid: Grid,
    method: str,
    speech: str,
    name: str,
    folder: Path,
    release_date: str,
) -> Path:
    """Freeze the network that went through both steps on all clips; its card has the folds' scores.

    Returns
    -------
    graph : Path

    Raises
    ------
    QuadpredError
        If the network or the folds' predictions aren't there.
    """
    from quadpred_plugin.training.packaging.export import export

    best = Experiment(method, speech, "full", None).folder(studies.work) / "best.keras"
    folds = [
        predictions_file(Experiment(method, speech, "full", fold), studies.work)
        for fold in grid.folds[method]
    ]
    if missing := [path for path in [best, *folds] if not path.exists()]:
        raise QuadpredError(
            f"There is no {missing[0]}: run 'quadpred train grid' for the folds, and 'quadpred "
            f"train transfer --from {method}-{speech} --setting full --final'."
        )
    import keras

    predictions = [read_predictions(path) for path in folds]
    metrics = score_folds(predictions, pooling_by_fold(predictions))
    corpus = studies.corpus(grid.transfer)
    metrics["protocol"] = cross_validation(metrics, corpus)
    pooling = fit_folds(predictions)
    release = of_study(grid.pretraining[method], speech, grid.transfer, corpus, pooling, metrics)
    network = keras.saving.load_model(best, compile=False)
    return export(network, studies.preprocessing, release, name, folder, release_date)
