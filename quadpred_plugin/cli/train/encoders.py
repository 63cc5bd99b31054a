"""Names of encoders on the command line, such as ``scae-e``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from quadpred_plugin.training.recipes.kinds import LanguageStudy


def split_encoder(encoder: str | None, study: LanguageStudy) -> tuple[str, str]:
    """Return method and speech of an encoder's name.

    Raises
    ------
    click.BadParameter
        If the study has no such encoder.
    """
    method, _, speech = (encoder or "").partition("-")
    if method not in study.pretraining or speech not in study.speech:
        known = (f"{one}-{language}" for one in study.pretraining for language in study.speech)
        given = f"There is no encoder '{encoder}'" if encoder else "The study has several encoders"
        raise click.BadParameter(f"{given}: name one of {', '.join(known)}.", param_hint="--from")
    return method, speech
