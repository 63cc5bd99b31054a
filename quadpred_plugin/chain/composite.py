"""Base of the streaming algorithms: several of Essentia's, connected.

Importing this module imports Essentia.
"""

import sys
from contextlib import suppress
from types import TracebackType
from typing import Any

from quadpred_plugin.chain.engine import load_streaming
from quadpred_plugin.chain.forks import refuse_forked_tensorflow

essentia_streaming = load_streaming()


class Sink(essentia_streaming._StreamConnector):  # type: ignore[misc,name-defined]
    """A composite's input; keeps the composite while a source is connected to it.

    Parameters
    ----------
    connector : _StreamConnector
        Input of an inner algorithm.
    composite : Composite
    """

    def __init__(self, connector: Any, composite: "Composite") -> None:
        super().__init__(connector.input_algo, connector.output_algo, connector.name)
        self._composite = composite

    def __rrshift__(self, source: Any) -> Any:
        refuse_forked_tensorflow()
        # Python asks this before the source's own operator. A source that is freed takes what it is
        # connected to with it.
        connected = source.__rshift__(self)
        self._composite._sources[self.name] = source
        return connected

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sink) and hash(self) == hash(other)

    def __hash__(self) -> int:
        return hash((id(self.input_algo), self.name))


class Composite(essentia_streaming.CompositeBase):  # type: ignore[misc,name-defined]
    """Frees its memory, and has attributes for its inputs and outputs.

    Essentia never frees algorithms that are connected with each other. They are disconnected by
    `close`, at the end of a ``with`` statement, and when neither the program nor a source
    connected to it refers to the composite any more. Until then what is connected to it stays.
    """

    def __init__(self) -> None:
        super().__init__()
        self._inner: list[Any] = []
        # By input. A sink has one source at a time.
        self._sources: dict[str, Any] = {}

    def add(self, *algorithms: Any) -> Any:
        """Own inner algorithms; return the last."""
        self._inner += algorithms
        return algorithms[-1]

    def __enter__(self) -> "Composite":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if not sys.is_finalizing():
            with suppress(Exception):
                self.close()

    def close(self) -> None:
        """Free the memory, about 30 MB a network; it can't be run or connected afterwards."""
        sources, self.__dict__["_sources"] = self.__dict__.get("_sources", {}), {}
        for name, source in sources.items():
            # Does nothing where the program has disconnected them.
            source.disconnect(Sink(self.inputs[name], self))
        inner, self.__dict__["_inner"] = self.__dict__.get("_inner", []), []
        for algorithm in inner:
            for source, sinks in algorithm.connections.items():
                for sink in list(sinks):
                    source.disconnect(sink)
        self.inputs.clear()
        self.outputs.clear()

    def reset(self) -> None:
        """Discard the signal so far, and what is connected to the outputs has received."""
        essentia_streaming._essentia.reset(self._inner[0])

    def __getattr__(self, name: str) -> Any:
        # Essentia's own raises NameError, which hasattr() and copy() don't catch.
        inputs, outputs = (self.__dict__.get(kind, {}) for kind in ("inputs", "outputs"))
        if name in inputs:
            return Sink(inputs[name], self)
        if name in outputs:
            return outputs[name]
        raise AttributeError(f"{type(self).__name__} has no input or output '{name}'")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.inputs, *self.outputs]

    def inputNames(self) -> list[str]:  # noqa: N802 (Essentia's name)
        """Return the names of the inputs."""
        return list(self.inputs)

    def outputNames(self) -> list[str]:  # noqa: N802 (Essentia's name)
        """Return the names of the outputs."""
        return list(self.outputs)
