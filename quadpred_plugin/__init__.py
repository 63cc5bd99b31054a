"""Predict the emotion of music over time: quadrants, arousal and valence.

The public names are listed in ``__init__.pyi``. They are loaded on first use, so importing the
package is cheap.
"""

import lazy_loader

from quadpred_plugin.chain.forks import watch_forks as _watch_forks

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
_watch_forks()
