"""Thresholds of the findings: each a named constant with what it rests on.

docs/findings.md has them in a table; a test holds the two together.
"""

from __future__ import annotations

SAME = 1e-5
"""Neurons whose spread is below this are one neuron. Exact equality holds on paper only: float32
rounding moves equal neurons apart by some 1e-9 to 1e-6, and neurons that differ lie above 1e-2."""

FLAT = 0.5
"""From this share of saturated activations on, a layer is worth a note. Sound starts stay below
0.25, and networks that have learnt reach 0.3."""

VERY_FLAT = 0.9
"""From this share on, saturation is what keeps a lane from learning: N(0, 10²) has 0.98, and
N(0, 1) with 0.8 still learns."""

BLOCKED = 0.5
"""As bad: this share of a layer's ∂ℓ/∂z is exactly 0, since φ' has been rounded to 0."""

STILL = 3e-5
"""Weights that change by a smaller part of their size in an epoch stand still: thirty thousand
epochs would not replace them. Tiny and badly scaled deep starts have 4e-6 and less, sound ones of
forty layers 3e-3 and more."""

FADING = 100.0
"""Gradients that shrink by this factor on their way from the last hidden layer to the first have
faded: a sigmoid's slope of ¼ does it in four layers. Orthogonal weights stay below 5 in a hundred
layers, and Kumar's with a sigmoid below 13 in five."""

NOTHING_LEARNT = 0.98
"""A loss above this part of the loss of guessing has learnt nothing: the noise of the batches
alone moves it by one or two percent."""

HALF_LEARNT = 0.5
"""A loss below this part of the loss of guessing is no relapse, whatever it was before."""

WELL_LEARNT = 0.3
"""A loss below this part of the loss of guessing is good: on the catalogue's noisy sets it goes
with 90 % right answers and more."""

EXPLODED = 20.0
"""A loss this many times that of guessing comes from signals that grow from layer to layer: N(0, 1)
with ReLU has thousands. Sound starts of forty layers can reach 8 by chance."""

JUMP = 2.0
"""A loss this many times its best has been thrown back."""

RUNAWAY = 1e6
"""A loss this many times that of guessing, which was sound before, is what is the matter with a
lane, whatever else its numbers show."""

PLATEAU = 20
"""Epochs without progress before a lane counts as stuck: very deep sound networks wait for ten."""

LATE = 0.9
"""A loss below this part of the loss of guessing has begun to learn."""

LATE_STEPS = 750
"""Beginning to learn after more steps than this is slow: He's forty layers of 64 need fewer than
23 epochs of 32 steps to get to 90 %."""

FIRST_SOUND = 3.0
"""A first loss below this many times that of guessing comes from weights of a sound size."""

LONG_STEP = 0.2
"""A step of this part of the weights' size undoes what the first weights were drawn for; 1e-3 is
what training usually has."""

GENTLE_STEP = 0.01
"""The remedy for steps that overshoot makes the first one this part of the weights' size."""

GENTLE = 10
"""... and the learning rate smaller by at least this much."""

FAR = 10.0
"""No remedy has a learning rate above this many times the usual one, which it advises instead:
where the first gradients are small, a tenth of 10⁶ diverges as 10⁶ does."""

SHORT = 0.01
"""Steps are short where the learning rate is below this part of a usual one: the default with SGD,
with Adam `USUAL_ADAM`."""

USUAL_ADAM = 1e-3
"""The learning rate that Adam's authors advise (Kingma & Ba 2015)."""

ADAM_FLOOR = 1e-8
"""Adam's ε: gradients far above it are divided by their own size."""
