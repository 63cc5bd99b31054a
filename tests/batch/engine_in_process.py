"""An engine for tests: analyses each track in the calling process."""

from contextlib import contextmanager

from quadpred_plugin.batch.tasks import analyse_track
from quadpred_plugin.inference import Model


@contextmanager
def open_engine(options):
    model = Model(options.card)
    options.report("the test's engine is open.")

    def run(job, tasks):
        for task in tasks:
            yield analyse_track(job, model, task)

    yield run
