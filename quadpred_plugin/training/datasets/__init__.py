"""Corpora: labelled clips, one small file a corpus.

Each corpus says its name, source, licence and citation, and which recordings it holds
twice. A corpus of one's own is a table in the form that `table` describes, with what `own`
reads beside it.
"""

from pathlib import Path

from quadpred_plugin.training.datasets.fourq import FOUR_Q
from quadpred_plugin.training.datasets.own import read_corpus
from quadpred_plugin.training.datasets.table import Clip, Corpus, read_clips

CORPORA: dict[str, Corpus] = {corpus.name: corpus for corpus in (FOUR_Q,)}

__all__ = ["CORPORA", "Clip", "Corpus", "find_corpus", "read_clips"]


def find_corpus(name: str, folder: Path) -> Corpus:
    """Find what is known of a corpus: here, or beside its labels.

    Parameters
    ----------
    name : str
        That a recipe asks for.
    folder : Path
        Of the corpus, for one that isn't known here.

    Raises
    ------
    QuadpredError
        If the folder holds no description of that name.
    """
    return CORPORA[name] if name in CORPORA else read_corpus(name, folder)
