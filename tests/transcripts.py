"""Compare shell transcripts: "$ command" and its output below.

A command without output below it isn't compared. A line "..." matches any number of lines.
"""

import re

FRACTION = re.compile(r"-?\d+\.\d+")
# Largest difference of a probability between machines. Other models differ by more.
TOLERANCE = 0.01


def commands(transcript):
    """Return each command of a transcript with its output."""
    parts = [part.partition("\n") for part in ("\n" + transcript).split("\n$ ")[1:]]
    return [(command, expected.rstrip()) for command, _, expected in parts]


def agree(expected, found):
    """Return whether an output is the expected one; fractions may differ by the tolerance."""
    lines = expected.splitlines()
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else _exact(line) for line in lines)
    match = re.fullmatch(pattern, found.rstrip() + "\n")
    if match is None:
        return False
    pairs = zip(FRACTION.findall(expected), match.groups(), strict=True)
    return all(abs(float(wanted) - float(given)) <= TOLERANCE for wanted, given in pairs)


def refresh(transcript, output):
    """Return a transcript with new outputs, except for commands without output or with "..."."""
    lines = []
    for command, expected in commands(transcript):
        found = output(command).rstrip()
        shown = found if expected and "..." not in expected.splitlines() else expected
        lines += [f"$ {command}", *([shown] if shown else [])]
    return "\n".join(lines) + "\n"


def _exact(line):
    return rf"({FRACTION.pattern})".join(map(re.escape, FRACTION.split(line))) + r"\n"
