"""Corpora: labelled clips, one small file a corpus.

Each corpus says its name, source, licence and citation, and which recordings it holds
twice. A corpus of one's own is a table in the form that `table` describes.
"""

from quadpred_plugin.training.corpora.fourq import FOUR_Q
from quadpred_plugin.training.corpora.table import Clip, Corpus, read_clips

CORPORA: dict[str, Corpus] = {corpus.name: corpus for corpus in (FOUR_Q,)}

__all__ = ["CORPORA", "Clip", "Corpus", "read_clips"]
