"""Transcripts of a shell: "$ command", and below it what it printed.

Where nothing stands below a command, nothing is compared. A line "..." stands for any number of
lines.
"""

import re

FRACTION = re.compile(r"-?\d+\.\d+")
# What another decoder, encoder or processor may make of a probability. Other models differ by more.
TOLERANCE = 0.01


def commands(transcript):
    """Return each command of a transcript with the output that it shows."""
    parts = [part.partition("\n") for part in ("\n" + transcript).split("\n$ ")[1:]]
    return [(command, expected.rstrip()) for command, _, expected in parts]


def agree(expected, found):
    """Say whether an output is the expected one, fractions up to the tolerance."""
    lines = expected.splitlines()
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else _exact(line) for line in lines)
    match = re.fullmatch(pattern, found.rstrip() + "\n")
    if match is None:
        return False
    pairs = zip(FRACTION.findall(expected), match.groups(), strict=True)
    return all(abs(float(wanted) - float(given)) <= TOLERANCE for wanted, given in pairs)


def refresh(transcript, output):
    """Return a transcript with the output of each command, where it shows all that was printed."""
    lines = []
    for command, expected in commands(transcript):
        found = output(command).rstrip()
        shown = found if expected and "..." not in expected.splitlines() else expected
        lines += [f"$ {command}", *([shown] if shown else [])]
    return "\n".join(lines) + "\n"


def _exact(line):
    return rf"({FRACTION.pattern})".join(map(re.escape, FRACTION.split(line))) + r"\n"
