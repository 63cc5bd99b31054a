"""Public names of the package; ``__init__.py`` loads them on first use."""

from .errors import AudioError as AudioError
from .errors import InstallationError as InstallationError
from .errors import ModelError as ModelError
from .errors import OutputError as OutputError
from .errors import QuadpredError as QuadpredError
from .inference import Model as Model
from .inference import load_model as load_model
from .inference import predict as predict
from .interpretation import Interpretation as Interpretation
from .prediction import Prediction as Prediction
from .prediction import Summary as Summary
from .version import __version__ as __version__
