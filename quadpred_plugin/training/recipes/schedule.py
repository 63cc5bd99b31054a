"""Length, learning rate and seed of a training."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Schedule:
    """Settings of the optimiser and of early stopping.

    Attributes
    ----------
    seed : int
    epochs : int
        Maximum number; the learning rate falls to zero over them along a cosine.
    patience : int
        Epochs without a better validation loss before stopping.
    batch_size : int
    learning_rate, weight_decay : float
        Of AdamW; the rate rises over the first epoch.
    averaging : float
        Momentum of the running mean of the weights; each epoch ends on the mean. 0 for none.
    """

    seed: int
    epochs: int
    patience: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    averaging: float

    def optimiser(self, steps: int) -> Any:
        """Return the optimiser for epochs of `steps` steps."""
        import keras

        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=self.learning_rate / 20,
            decay_steps=steps * max(self.epochs - 1, 1),
            warmup_target=self.learning_rate,
            warmup_steps=steps,
        )
        averaged = {"use_ema": True, "ema_momentum": self.averaging} if self.averaging else {}
        return keras.optimizers.AdamW(
            rate, weight_decay=self.weight_decay, global_clipnorm=1.0, **averaged
        )
