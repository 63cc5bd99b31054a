"""Terminal meter: bars of the quadrants, arousal and valence."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

from quadpred_plugin.quadrants import QUADRANTS

if TYPE_CHECKING:
    from quadpred_plugin.live import LivePatch

_WIDTH = 30
_TITLES = max(len(quadrant.title) for quadrant in QUADRANTS)


class Meter:
    """Shows each patch in the place of the previous one on standard output."""

    def __enter__(self) -> Meter:
        from rich.console import Console
        from rich.live import Live

        self._live: Any = Live(console=Console(), auto_refresh=False, transient=False)
        self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.__exit__(kind, error, traceback)

    def show(self, patch: LivePatch) -> None:
        """Replace the shown patch."""
        from rich.text import Text

        text = Text(f"{patch.time:9.2f} s  {'silent' if patch.silent else patch.quadrant}\n")
        for quadrant, probability in zip(QUADRANTS, patch.quadrants.tolist(), strict=True):
            share = 0.0 if patch.silent else probability
            bar = "█" * round(share * _WIDTH)
            text.append(f"{quadrant.title:<{_TITLES}}  ")
            text.append(f"{bar:<{_WIDTH}}", style=quadrant.colour)
            text.append(f" {share:4.2f}\n")
        for name in ("arousal", "valence"):
            value = 0.0 if patch.silent else getattr(patch, name)
            place = round((value + 1) / 2 * (_WIDTH - 1))
            axis = "".join("●" if one == place else "─" for one in range(_WIDTH))
            text.append(f"{name:<{_TITLES}}  {axis} {value:+.2f}\n")
        self._live.update(text, refresh=True)
