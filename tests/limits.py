"""Time limit of the tests."""

# A guard against hangs only, in seconds: no test may fail because the machine is busy. CI as a
# whole ends after 90 minutes.
HANG = 1800
