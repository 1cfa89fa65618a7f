"""How findings write figures: short, and true to the last digit shown."""

from __future__ import annotations

import numpy as np


def number(value: float) -> str:
    """Two digits in the form that reads best: 0.37, 34, 280, 2.8e3, 4e-9; 0 is an exact 0."""
    value = float(value)
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    if -3 <= int(exponent) <= 2:
        return f"{float(f'{value:.1e}'):g}"
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def loss_text(value: float) -> str:
    """A loss to a thousandth, since 0.693 and 0.685 are worlds apart; from 10 on as a number."""
    return f"{value:.3f}" if 0.001 <= value < 10 else number(value)


def percent(share: float) -> str:
    """A share as a percentage; 0 and 100 stand for none and all only."""
    rounded = 100 * share
    if 0.99 < share < 1:
        return f"{min(rounded, 99.9):.1f} %"
    if 0 < share < 0.005:
        return "under 0.5 %"
    return f"{rounded:.0f} %"


def epochs_to_change(change: float) -> str:
    """1 / change to two digits, as people read large numbers: 240 000, and 1.2e8 from 10⁷ on."""
    needed = 1 / max(change, 1e-300)
    if needed >= 1e7:
        return number(needed)
    digits = len(f"{needed:.0f}") - 2
    return f"{round(needed, -digits):,.0f}".replace(",", "\u202f")
