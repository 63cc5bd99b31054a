"""Published networks whose outputs train ours: citation and licence, for model cards."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedNetwork:
    """Facts about a network of others.

    Attributes
    ----------
    name, citation, licence : str
    """

    name: str
    citation: str
    licence: str


MUSICNN = PublishedNetwork(
    "musicnn",
    "J. Pons, X. Serra, musicnn: pre-trained convolutional neural networks for music audio "
    "tagging, ISMIR late-breaking demo, 2019; PyPI package musicnn 0.1.0, trained on the Million "
    "Song Dataset and MagnaTagATune",
    "ISC",
)
VIBENET = PublishedNetwork("vibenet", "PyPI package vibenet 0.1.0", "GPL-3.0")
