"""The notes of EMOPIA's renders, as targets over time."""

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.contextual.clips import Curve
from quadpred_plugin.training.datasets.emopia import read_renders
from quadpred_plugin.training.distillation.auxiliary_targets import standardise_notes
from quadpred_plugin.training.midi.render_notes import note_features_by_render
from quadpred_plugin.training.midi.renditions import training_renders
from quadpred_plugin.training.runs.workspace import RENDERS, Workspace


def note_curves(workspace: Workspace, front_end: Preprocessing, jobs: int) -> dict[str, Curve]:
    """Return standardised note features of the training renders, by the render's name.

    They are standardised over all training renders, so that every run has the same targets.
    """
    features = note_features_by_render(workspace, front_end, jobs)
    renders = training_renders(read_renders(workspace.folder(RENDERS)), final=True)
    several = [features[one.name] for one in renders]
    return {
        one.name: Curve(found.times, values)
        for one, found, values in zip(renders, several, standardise_notes(several))
    }
