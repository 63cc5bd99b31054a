"""The steps of a training: command, input, output, and duration on two cores."""

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
    minutes : int or None
        Duration on two cores, as last recorded; None where it depends on the user's data.
    version : int
        Of the code. It is raised when a change makes the step give other results; runs of
        an earlier version are then refused.
    """

    name: str
    command: str
    input: str
    output: str
    minutes: int | None
    version: int = 1


STEPS = {
    step.name: step
    for step in (
        Step("games", "games", "Debian's packages", "music of free games", 10),
        Step("render", "render", "EMOPIA's MIDI clips", "audio and renders.csv", 25),
        Step("teacher", "teacher", "4Q", "soft labels of 4Q, by fold", 35),
        Step("notes", "notes", "EMOPIA and its renders", "note features, soft labels of piano", 12),
        Step(
            "pretext",
            "pretext",
            "games' music and renders, without labels",
            "initial weights of a student",
            60,
        ),
        Step("student", "student", "labels, soft labels, initial weights", "networks by fold", 60),
        Step("gate", "student", "both students of an ensemble", "gate by fold", 3),
        Step("pretrain", "pretrain", "speech", "encoder", 30),
        Step("transfer", "transfer", "encoder and music", "networks by setting and fold", 45),
        Step("music-only", "scratch", "music", "network", None),
        Step("export", "export", "networks of all folds", "graph, card, golden vectors", 2),
    )
}
