"""Predict the emotion of music over time: quadrants, arousal and valence.

The public names are listed in ``__init__.pyi``. They are loaded on first use, so importing the
package is cheap.
"""

import os
import sys

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def _record_tensorflow() -> None:
    if "essentia" in sys.modules:
        from quadpred_plugin.chain.forks import record_tensorflow

        record_tensorflow()


# A program may import Essentia's modules itself, and fork before it uses this package.
os.register_at_fork(before=_record_tensorflow)
