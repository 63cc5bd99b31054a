"""Decode files with the ffmpeg program: the reference for what a file holds."""

import subprocess

import numpy as np

from tests.limits import HANG


def ffmpeg(*arguments):
    """Run the ffmpeg program; later files replace earlier ones."""
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


def full_decode(path, rate, seconds=HANG):
    """Return what the ffmpeg program decodes of a file, in spite of errors.

    Parameters
    ----------
    path : path
    rate : int
        Hz.
    seconds : float
        Time after which the program is given up, s.

    Returns
    -------
    samples : ndarray of float32, shape (samples,)
        The mean of the channels; empty if there is no audio.
    """
    output = ("-vn", "-sn", "-dn", "-ac", "1", "-ar", str(rate), "-f", "f32le", "-")
    command = ["ffmpeg", "-v", "quiet", "-nostdin", "-i", f"file:{path}", *output]
    run = subprocess.run(command, stdout=subprocess.PIPE, timeout=seconds)
    return np.frombuffer(run.stdout[: len(run.stdout) // 4 * 4], dtype=np.float32)
