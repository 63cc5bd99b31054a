"""What Essentia's algorithms tell of themselves, for ours in both modes."""

import inspect
from typing import Any


class Algorithm:
    """Names, parameters and documentation, by the methods of Essentia's algorithms."""

    _parameters: dict[str, Any]

    def name(self) -> str:
        """Return the name of the algorithm."""
        return type(self).__name__

    def getDoc(self) -> str:  # noqa: N802 (Essentia's name)
        """Return the documentation."""
        return inspect.getdoc(type(self)) or ""

    def parameterNames(self) -> list[str]:  # noqa: N802 (Essentia's name)
        """Return the names of the parameters."""
        return sorted(self._parameters)

    def paramValue(self, name: str) -> Any:  # noqa: N802 (Essentia's name)
        """Return the value of a parameter.

        Parameters
        ----------
        name : str

        Raises
        ------
        ValueError
            If there is no such parameter.
        """
        if name not in self._parameters:
            raise ValueError(
                f"{self.name()} has no parameter '{name}'; it has "
                f"{', '.join(self.parameterNames())}."
            )
        return self._parameters[name]


def signature_of(defaults: dict[str, Any]) -> inspect.Signature:
    """Return the signature of a call with these keywords, for ``help`` and completion."""
    return inspect.Signature(
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=value)
            for name, value in defaults.items()
        ]
    )
