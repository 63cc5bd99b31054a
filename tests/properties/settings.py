"""How many examples are tried: the same ones each time, so that a run's result is its own."""

from hypothesis import HealthCheck, settings

FEW = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
MANY = settings(FEW, max_examples=200)
