"""Predict emotion from standard input in real time, on the last ten seconds.

ffmpeg -loglevel quiet -re -i song.mp3 -f f32le -ac 1 -ar 16000 - | python examples/real_time.py

``quadpred live`` does this more efficiently; this script shows how to embed TensorflowPredictQuad.
The algorithm divides the bands by the peak of its input: here, the peak of the last ten seconds.
"""

import sys

import numpy as np

import quadpred_plugin.standard as quadpred

RATE = 16000
PATCH = 31 * 512
HOP = RATE // 2
MEMORY = 10 * RATE

predict = quadpred.TensorflowPredictQuad(patchHopSize=31)
signal = np.zeros(0, dtype=np.float32)
seconds = 0.0
while len(block := sys.stdin.buffer.read(HOP * 4)) == HOP * 4:
    signal = np.concatenate([signal, np.frombuffer(block, dtype="<f4")])[-MEMORY:]
    seconds += HOP / RATE
    if len(signal) < PATCH:
        continue
    # Drop samples at the start so that the last patch ends with the last sample.
    quadrants, arousal, valence, _ = predict(signal[len(signal) % PATCH :])
    shares = " ".join(f"{share:4.2f}" for share in quadrants[-1])
    print(f"{seconds:6.1f}  {shares}  {arousal[-1]:+.2f}  {valence[-1]:+.2f}", flush=True)
