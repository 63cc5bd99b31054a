"""Print the emotion of an audio file over time, predicted in an Essentia network.

python examples/essentia_network.py examples/audio/q1_joy.ogg
"""

# Import quadpred_plugin before Essentia to suppress Essentia's start-up messages.
# ruff: noqa: I001
import sys

import quadpred_plugin.streaming as quadpred
import essentia
from essentia import Pool, run
from essentia.streaming import MonoLoader

essentia.log.infoActive = False

loader = MonoLoader(filename=sys.argv[1], sampleRate=16000, resampleQuality=0)
network = quadpred.TensorflowPredictQuad(patchHopSize=10)
pool = Pool()

loader.audio >> network.signal
network.quadrants >> (pool, "quadpred.quadrants")
network.arousal >> (pool, "quadpred.arousal")
network.valence >> (pool, "quadpred.valence")
run(loader)

print("time    Q1   Q2   Q3   Q4  arousal  valence")
rows = zip(pool["quadpred.quadrants"], pool["quadpred.arousal"], pool["quadpred.valence"])
for number, (quadrants, arousal, valence) in enumerate(rows):
    shares = " ".join(f"{share:4.2f}" for share in quadrants)
    print(f"{number * 0.32:5.2f}  {shares}  {arousal:+7.2f}  {valence:+7.2f}")
