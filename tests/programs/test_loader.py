"""MonoLoader's qualities: the pages use the one whose values are nearest to the program's."""

import re

import numpy as np

import quadpred_plugin as qp
from quadpred_plugin.standard import TensorflowPredictQuad
from tests.programs.scripts import FILES
from tests.tree import ROOT


def test_the_pages_use_the_quality_nearest_to_ours():
    predict, model = TensorflowPredictQuad(), qp.load_model()
    from essentia.standard import MonoLoader

    distances = np.zeros(5)
    for path in FILES:
        expected = model.predict(path).quadrants
        for quality in range(5):
            samples = MonoLoader(filename=path, sampleRate=16000, resampleQuality=quality)()
            found = predict(samples)[0]
            # MonoLoader may lose the last samples.
            shared = min(len(found), len(expected))
            distances[quality] += np.abs(found[:shared] - expected[:shared]).mean()
    nearest = str(distances.argmin())
    for name in ("README.md", "docs/tutorials/essentia.md", "docs/embedding.md"):
        loaders = re.findall(r"(?:MonoLoader|Load)\((.*?)\)", (ROOT / name).read_text())
        calls = [one for one in loaders if "filename" in one]
        assert calls
        for call in calls:
            assert f"resampleQuality={nearest}" in call, (name, call)
