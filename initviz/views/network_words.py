"""What is said of a neuron or a connection: its exact numbers."""

from __future__ import annotations

from initviz.views.arrangement import INPUTS
from initviz.views.inside import GRADIENT, UPDATE, WEIGHT, Inside


def number(value: float) -> str:
    """A number to four digits, with a true minus sign."""
    digits, _, power = f"{value:.4g}".partition("e")
    return f"{digits}e{int(power)}".replace("-", "−") if power else digits.replace("-", "−")


def neuron_name(inside: Inside, layer: int, neuron: int) -> str:
    """Such as "hidden 2 · neuron 5", counted from 1; inputs and outputs by their own names."""
    facts = inside.snapshot.experiment.data.facts
    if layer == INPUTS:
        named = neuron < len(facts.axes) and len(facts.axes) >= inside.sizes[0]
        return f"input {facts.axes[neuron]}" if named else f"input {neuron + 1}"
    if layer == len(inside.snapshot.values) - 1:
        several = facts.outputs > 1
        return f"output · {facts.classes[neuron]}" if several else "output"
    return f"{inside.name(layer)} · neuron {neuron + 1}"


def neuron_lines(inside: Inside, place: int, layer: int, neuron: int) -> list[tuple[str, str]]:
    """(name, number) of everything that is known of a neuron, the most telling first."""
    figures = inside.figures(place, layer)
    lines = [
        ("mean", number(float(figures.mean[neuron]))),
        ("deviation", number(float(figures.deviation[neuron]))),
        ("zeros", percent(float(figures.zeros[neuron]))),
    ]
    saturated = float(figures.saturated[neuron])
    if saturated == saturated:
        lines.append(("saturated", percent(saturated)))
    lines.append(("∂ℓ/∂z rms", number(float(figures.gradient[neuron]))))
    lane = inside.lanes[place]
    lines.append(("bias", number(float(inside.snapshot.values[layer].bias[lane][neuron]))))
    group = int(figures.group[neuron])
    if group >= 0:
        others = int((figures.group == group).sum()) - 1
        lines.append(("identical to", f"{others} other{'s' if others > 1 else ''}"))
    return lines


def percent(share: float) -> str:
    """A share in per cent; what is not quite none or all does not look like it."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1:
        return "> 99.9 %"
    return f"{100 * share:.3g} %"


def neuron_words(inside: Inside, place: int, layer: int, neuron: int) -> str:
    """All of it in lines, for the place under the mouse."""
    title = neuron_name(inside, layer, neuron)
    if layer == INPUTS:
        return f"{title} over the input plane"
    epoch = inside.diverged(place)
    if epoch is not None:
        return f"{title}\ndiverged at epoch {epoch}"
    lines = [f"{name} {value}" for name, value in neuron_lines(inside, place, layer, neuron)]
    return "\n".join([title + _lane(inside, place), *lines])


def edge_words(inside: Inside, place: int, layer: int, source: int, target: int) -> str:
    """Weight, gradient and update of a connection."""
    ends = f"{neuron_name(inside, layer - 1, source)} → {neuron_name(inside, layer, target)}"
    lane = inside.lanes[place]
    lines = [ends + _lane(inside, place)]
    for kind, name in ((WEIGHT, "weight"), (GRADIENT, "∂L/∂W"), (UPDATE, "update")):
        values = inside.values(kind, layer)
        if values is not None:
            words = f"{name} {number(float(values[lane, source, target]))}"
            updates = inside.snapshot.updates
            if kind == UPDATE and updates is not None:
                words += f" since epoch {updates.since}"
            lines.append(words)
    return "\n".join(lines)


def _lane(inside: Inside, place: int) -> str:
    if len(inside.lanes) == 1:
        return ""
    return f" · {inside.snapshot.experiment.lanes[inside.lanes[place]].title}"
