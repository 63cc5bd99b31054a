"""Write a file's samples to standard output, as ``ffmpeg -f f32le -ac 1 -ar 16000`` does."""

import sys

if __name__ == "__main__":
    import librosa

    samples, _ = librosa.load(sys.argv[1], sr=16000, mono=True)
    sys.stdout.buffer.write(samples.astype("<f4").tobytes())
