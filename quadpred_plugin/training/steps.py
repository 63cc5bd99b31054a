"""The steps of a training: command, input, output, and the version of the code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    name : str
    command : str
        Subcommand of ``quadpred train``.
    input, output : str
        What it reads, and what it leaves in the work folder.
    version : int
        Of the code. It is raised when a change makes the step give other results; runs of
        an earlier version are then refused.
    """

    name: str
    command: str
    input: str
    output: str
    version: int = 1


STEPS = {
    step.name: step
    for step in (
        Step("games", "games", "Debian's packages", "unlabelled music"),
        Step("render", "render", "EMOPIA's MIDI clips", "audio and renders.csv"),
        Step("teacher", "teacher", "4Q", "soft labels of 4Q, by fold; scores of baselines"),
        Step("notes", "notes", "EMOPIA and its renders", "note features, soft labels of piano"),
        Step("pretext", "pretext", "games' music, renders", "initial weights of a student"),
        Step("student", "student", "labels, soft labels, initial weights", "networks by fold"),
        Step("gate", "student", "both students of an ensemble", "gate by fold"),
        Step("pretrain", "pretrain", "speech", "encoder"),
        Step("transfer", "transfer", "encoder and music", "networks by setting and fold"),
        Step("music-only", "scratch", "music", "network"),
        Step("export", "export", "networks and predictions of all folds", "a model's files"),
    )
}
