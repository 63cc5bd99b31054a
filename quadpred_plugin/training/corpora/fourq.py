"""The 4Q audio emotion data set: 900 clips of about 30 s, 225 a quadrant."""

from quadpred_plugin.training.corpora.table import Corpus

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
    same_recordings=(
        ("MT0002161109", "MT0033415296"),
        ("MT0000523076", "MT0000941301"),
    ),
)
