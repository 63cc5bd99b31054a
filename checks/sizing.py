"""Measure how far ``quadpred batch`` goes: plan and manifest of many tracks, and a track's cost.

The names are of empty files in a temporary folder, which are listed and recorded as if they were
analysed. ``--tracks 1000000`` needs as many inodes.
"""

import argparse
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from quadpred_plugin.batch.dataset import FOLDERS, TRACKS_PER_PART, Dataset
from quadpred_plugin.batch.folder import ResultsFolder
from quadpred_plugin.batch.manifest import Manifest, Record
from quadpred_plugin.batch.plan import Plan, ReuseRules
from quadpred_plugin.batch.tracks import read_stamp
from quadpred_plugin.exports import FORMATS, export_to
from quadpred_plugin.inference import load_model
from tests.signals import noise

TRACKS_PER_FOLDER = 1000
# Of the data set.
ROWS = 10_000
# A popular song.
SECONDS, RATE = 210, 44100


def main() -> None:
    """Print a line of figures for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=1_000_000)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step is None:
        _all(options.tracks)
    else:
        {"track": _track, "dataset": _dataset, "plan": _plan}[options.step](options.folder)


def _all(tracks: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"a track of {SECONDS} s: {_in_process('track', folder)}", flush=True)
        print(f"data set: {_in_process('dataset', folder)}", flush=True)
        _make_names(folder / "music", tracks)
        for words in ("planned and recorded", "planned again"):
            print(f"{tracks} tracks {words}: {_in_process('plan', folder)}", flush=True)
        size = (folder / "manifest").stat().st_size
        print(f"manifest: {size / tracks:.0f} bytes a track")


def _make_names(music: Path, tracks: int) -> None:
    for number in range(tracks):
        if not number % TRACKS_PER_FOLDER:
            folder = music / f"album {number // TRACKS_PER_FOLDER:06}"
            folder.mkdir(parents=True)
        os.close(os.open(folder / f"{number:09} track.mp3", os.O_CREAT))


def _in_process(step: str, folder: Path) -> str:
    """Run a step in a process of its own, whose memory is its own."""
    command = [sys.executable, "-m", "checks.sizing", "--step", step, "--folder", str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _plan(folder: Path) -> None:
    """Plan the tracks of a folder, record those without a result, and print what it took."""
    begin = _begin()
    manifest = Manifest(folder / "manifest")
    manifest.begin_run(str(folder), "a data set", "settings", {})
    counts: Counter[str] = Counter()
    arguments = (str(folder / "music"), str(folder), "", "settings", manifest)
    for planned in Plan(*arguments, ReuseRules()):
        file = planned.found.file
        if planned.task is not None:
            size, mtime_ns = read_stamp(os.path.join(folder, "music", file)) or (None, None)
            part = f"tracks.parquet/part-{counts.total() // TRACKS_PER_PART:06}.parquet"
            manifest.save(Record(file, "ok", "", size, mtime_ns, "0" * 64, "settings", part))
        counts["to be analysed" if planned.task is not None else "unchanged"] += 1
        manifest.tick()
    manifest.end_run()
    with (folder / "manifest.csv").open("w") as stream:
        manifest.write_table(stream)
    manifest.close()
    print(", ".join(f"{number} {words}" for words, number in counts.items()), _since(begin))


def _dataset(folder: Path) -> None:
    """Write rows of tracks into a data set, and print what it took."""
    prediction = pickle.loads((folder / "prediction").read_bytes())
    results = ResultsFolder(str(folder / "results"), False)
    dataset = Dataset(results, "file", {})
    begin = _begin()
    for number in range(ROWS):
        dataset.add(Record(f"{number}", "ok"), replace(prediction, source=f"{number:060}"), "")
    dataset.flush()
    words = _since(begin)
    results.close()
    size = sum(part.stat().st_size for part in (folder / "results" / FOLDERS["file"]).iterdir())
    print(f"{ROWS} tracks {words}, {size / ROWS:.0f} bytes a track")


def _begin() -> tuple[float, float]:
    return time.monotonic(), time.process_time()


def _since(begin: tuple[float, float]) -> str:
    seconds, processor = (now - before for now, before in zip(_begin(), begin, strict=True))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return f"in {seconds:.1f} s, {processor:.1f} s of processor time, {memory:.0f} MB at most"


def _track(folder: Path) -> None:
    """Predict a track, print what the second time takes, and leave the prediction."""
    model, path = load_model(), folder / "track.mp3"
    soundfile.write(path, np.stack([noise(SECONDS, seed, RATE) for seed in (0, 1)], axis=1), RATE)
    model.predict(path)
    processor = time.process_time()
    prediction = model.predict(path)
    processor = time.process_time() - processor
    (folder / "prediction").write_bytes(pickle.dumps(prediction))
    sizes = {}
    for name in ("json", "npz"):
        export_to(folder / "result", [prediction], name, FORMATS[name].choose_level(None, "frame"))
        sizes[name] = (folder / "result").stat().st_size
    print(
        f"{processor:.2f} s of processor time, {path.stat().st_size} bytes of mp3;",
        ", ".join(f"{size} bytes of {name}" for name, size in sizes.items()),
    )


if __name__ == "__main__":
    main()
