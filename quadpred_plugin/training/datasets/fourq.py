"""The 4Q audio emotion data set: 900 clips of about 30 s, 225 a quadrant."""

from quadpred_plugin.training.datasets.table import Corpus

FOUR_Q = Corpus(
    name="4q",
    title="4Q audio emotion data set",
    citation=(
        "R. Panda, R. Malheiro, R. P. Paiva, Novel audio features for music emotion "
        "recognition, IEEE Transactions on Affective Computing, 2018"
    ),
    licence=(
        "Excerpts of third parties' recordings, shared for research. Weights trained on "
        "them: CC BY-NC-SA 4.0"
    ),
    limits=(
        "Trained on 30 s excerpts of Western popular recordings of one collection; other styles, "
        "solo instruments and piano above all, are outside of what it knows.",
        "Labels came from editors' mood tags of whole songs, checked by listeners: they say what "
        "music expresses to them, not what a listener feels, and nothing of single seconds.",
    ),
    same_recordings=(
        ("MT0002161109", "MT0033415296"),
        ("MT0000523076", "MT0000941301"),
    ),
)
