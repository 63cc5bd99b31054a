"""Choose candidates of each quadrant, the most confident first."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from quadpred_plugin.errors import AudioError
from quadpred_plugin.quadrants import QUADRANT_NAMES
from quadpred_plugin.selection.candidates import Candidate

# Decimals of tables, in which a confidence of 0.8 reaches a minimum of 0.8.
_DECIMALS = 6


@dataclass(frozen=True)
class Stimulus:
    """A chosen candidate.

    Attributes
    ----------
    candidate : Candidate
    level : float or None
        Integrated loudness, LUFS; None for silence.
    """

    candidate: Candidate
    level: float | None


@dataclass
class Choice:
    """What was chosen of one quadrant, and what became of its other candidates.

    Attributes
    ----------
    quadrant : str
    wanted : int
    candidates : int
        Tracks whose most probable quadrant it is.
    passed : int
        Those of them with enough confidence.
    highest_below : float
        The largest confidence of those without enough; 0 for none.
    repeated : int
        Those of them that were left out because one of their artist, album or folder is chosen.
    unknown : int
        Those that were left out because their artist or album isn't known.
    unreadable : list of (str, str)
        Path and reason of each that couldn't be read.
    stimuli : list of Stimulus
        The most confident first.
    """

    quadrant: str
    wanted: int
    candidates: int = 0
    passed: int = 0
    highest_below: float = 0.0
    repeated: int = 0
    unknown: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    stimuli: list[Stimulus] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether there are as many as wanted."""
        return len(self.stimuli) == self.wanted


def choose(
    candidates: Iterable[Candidate],
    per_quadrant: int,
    minimum_confidence: float,
    measure: Callable[[Candidate], float | None],
    group_of: Callable[[str], Hashable | None] | None = None,
) -> list[Choice]:
    """Choose candidates of each quadrant.

    The most confident ones are chosen, of equal ones the first by path. If groups are used once,
    the quadrant with the fewest candidates chooses first.

    Parameters
    ----------
    candidates : iterable of Candidate
        At most one of each track.
    per_quadrant : int
        How many of each quadrant are wanted.
    minimum_confidence : float
        0..1; never lowered.
    measure : callable
        Returns a candidate's loudness. Called for those only that are about to be chosen; an
        AudioError leaves one out.
    group_of : callable, optional
        Returns the group of a path; no two stimuli are of one group, in whatever quadrants.

    Returns
    -------
    choices : list of Choice
        One for each quadrant, Q1 first.
    """
    choices = {name: Choice(name, per_quadrant) for name in QUADRANT_NAMES}
    passed: dict[str, list[Candidate]] = {name: [] for name in QUADRANT_NAMES}
    for candidate in candidates:
        choice = choices[candidate.quadrant]
        choice.candidates += 1
        if round(candidate.confidence, _DECIMALS) >= minimum_confidence:
            passed[candidate.quadrant].append(candidate)
        else:
            choice.highest_below = max(choice.highest_below, candidate.confidence)
    used: set[Hashable] = set()
    for name in sorted(QUADRANT_NAMES, key=lambda name: len(passed[name])):
        choices[name].passed = len(passed[name])
        passed[name].sort(key=lambda one: (-round(one.confidence, _DECIMALS), one.path))
        for candidate in passed[name]:
            if choices[name].complete:
                break
            _take(candidate, choices[name], measure, group_of, used)
    return list(choices.values())


def _take(
    candidate: Candidate,
    choice: Choice,
    measure: Callable[[Candidate], float | None],
    group_of: Callable[[str], Hashable | None] | None,
    used: set[Hashable],
) -> None:
    """Add a candidate to a choice, or count why it isn't added."""
    try:
        group = group_of(candidate.path) if group_of else candidate.path
        if group is None:
            choice.unknown += 1
        elif group in used:
            choice.repeated += 1
        else:
            choice.stimuli.append(Stimulus(candidate, measure(candidate)))
            used.add(group)
    except AudioError as error:
        choice.unreadable.append((candidate.path, str(error)))
