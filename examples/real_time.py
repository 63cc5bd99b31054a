"""Hears standard input while it goes on, with TensorflowPredictQuad on the last ten seconds.

ffmpeg -loglevel quiet -re -i song.mp3 -f f32le -ac 1 -ar 16000 - | python examples/real_time.py

``quadpred live`` does this with less work; the script shows how to take part in a network of
one's own. The algorithm levels what it is given by its peak: here, the loudest of ten seconds.
"""

import sys

import numpy as np

import quadpred_plugin.standard as quadpred

RATE = 16000
PATCH = 31 * 512
HOP = RATE // 2
MEMORY = 10 * RATE

predict = quadpred.TensorflowPredictQuad(patchHopSize=31)
heard = np.zeros(0, dtype=np.float32)
seconds = 0.0
while len(block := sys.stdin.buffer.read(HOP * 4)) == HOP * 4:
    heard = np.concatenate([heard, np.frombuffer(block, dtype="<f4")])[-MEMORY:]
    seconds += HOP / RATE
    if len(heard) < PATCH:
        continue
    # Cut so that the last patch ends with the last sample.
    quadrants, arousal, valence, _ = predict(heard[len(heard) % PATCH :])
    shares = " ".join(f"{share:4.2f}" for share in quadrants[-1])
    print(f"{seconds:6.1f}  {shares}  {arousal[-1]:+.2f}  {valence[-1]:+.2f}", flush=True)
