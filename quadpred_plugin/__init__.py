"""Predict the emotion of music over time: quadrants, arousal and valence.

The public names are listed in ``__init__.pyi``. They are loaded on first use, so importing the
package is cheap.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
