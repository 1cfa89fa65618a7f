"""K networks of the same shape as one: stacked parameters, forward and backward by hand.

The gradients of a multilayer perceptron are two batched products a layer. Written out on
preallocated buffers they cost a fraction of what autograd costs for each network alone; the
tests hold them equal to autograd.

Two choices make the products cheap. Parameters are stored layer by layer, all lanes of a layer
together, since a batched product is quick only where it writes to contiguous memory. And samples
come last in memory: a layer's activations are (K, width + 1, rows) with a last row of ones, so
that the biases, which stand below the weights, need no operation of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from initviz.catalog.activations import Activation
from initviz.engine.functions import Call, bind_backward, bind_forward
from initviz.engine.losses import Loss
from initviz.layout import layout


class Network:
    """K stacked multilayer perceptrons that differ in parameters and, if need be, activation.

    Args:
        sizes: neurons of every layer, from the inputs to the outputs.
        activations: one for each lane; equal ones must stand together.
        parameters: (K, P), laid out as ``initviz.layout`` says; copied.
        loss: what ``Pass`` differentiates.

    Attributes:
        store: (K · P,), all parameters; training changes them in place.
        gradient_store: (K · P,), where ``Pass.backward`` leaves ∂L/∂parameters, in the same order.
        layers, layer_gradients: their views for each layer, (K, fan_in + 1, fan_out): the weights
            with the biases below.
        weights, biases: views of the parameters, (K, fan_in, fan_out) and (K, 1, fan_out).
        weight_gradients, bias_gradients: the same views of the gradient.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activations: Sequence[Activation],
        parameters: Tensor,
        loss: Loss,
    ) -> None:
        self.loss = loss
        self.sizes = tuple(sizes)
        self.slots = layout(sizes)
        self.lanes = len(parameters)
        self.groups = group(activations)
        self.store = torch.empty_like(parameters).flatten()
        self.gradient_store = torch.zeros_like(self.store)
        self.layers = self.views(self.store)
        self.layer_gradients = self.views(self.gradient_store)
        self.load(parameters)
        self.weights = [layer[:, :-1] for layer in self.layers]
        self.biases = [layer[:, -1:] for layer in self.layers]
        self.weight_gradients = [layer[:, :-1] for layer in self.layer_gradients]
        self.bias_gradients = [layer[:, -1:] for layer in self.layer_gradients]

    def load(self, parameters: Tensor) -> None:
        """Take other parameters, (K, P), laid out as ``initviz.layout`` says; copied."""
        for layer, slots in zip(self.layers, self.slots, strict=True):
            layer.flatten(1).copy_(parameters[:, slots.start : slots.stop])

    @property
    def parameters(self) -> Tensor:
        """A copy of the parameters, (K, P), laid out as ``initviz.layout`` says."""
        return torch.cat([layer.flatten(1) for layer in self.layers], dim=1)

    @property
    def gradient(self) -> Tensor:
        """A copy of the gradient, (K, P), laid out as the parameters."""
        return torch.cat([layer.flatten(1) for layer in self.layer_gradients], dim=1)

    def views(self, store: Tensor) -> list[Tensor]:
        """The layers, (..., K, fan_in + 1, fan_out), of something as long as ``store``."""
        shapes = [(self.lanes, slots.fan_in + 1, slots.fan_out) for slots in self.slots]
        parts = torch.split(store, [a * b * c for a, b, c in shapes], dim=-1)
        shaped = zip(parts, shapes, strict=True)
        return [part.view(*part.shape[:-1], *shape) for part, shape in shaped]

    def copied(self, store: Tensor) -> list[NDArray[np.floating]]:
        """The layers, (K, fan_in + 1, fan_out), of a copy of something as long as ``store``."""
        flat, start, found = store.numpy().copy(), 0, []
        for slots in self.slots:
            shape = (self.lanes, slots.fan_in + 1, slots.fan_out)
            stop = start + shape[0] * shape[1] * shape[2]
            found.append(flat[start:stop].reshape(shape))
            start = stop
        return found

    def spread(self, each: Tensor) -> Tensor:
        """One number for each lane, (K,), as one for each parameter, like ``store``."""
        spread = torch.empty_like(self.store)
        for layer in self.views(spread):
            layer.copy_(each[:, None, None])
        return spread


def group(activations: Sequence[Activation]) -> list[tuple[slice, Activation]]:
    """Runs of lanes with the same activation, so that one operation serves the whole run."""
    starts = [i for i, a in enumerate(activations) if i == 0 or a.name != activations[i - 1].name]
    stops = [*starts[1:], len(activations)]
    return [(slice(a, b), activations[a]) for a, b in zip(starts, stops, strict=True)]


def as_inputs(x: Tensor, lanes: int) -> Tensor:
    """Samples (..., rows, features) as every lane reads them, (..., K, features + 1, rows).

    The lanes share the memory.
    """
    ones = x.new_ones(*x.shape[:-1], 1)
    columns = torch.cat([x, ones], dim=-1).transpose(-1, -2).contiguous().unsqueeze(-3)
    return columns.expand(*x.shape[:-2], lanes, *columns.shape[-2:])


class Forward:
    """One way forward through a network, bound to its buffers.

    Args:
        network: whose parameters are read at every run.
        z: a buffer (K, fan_out, rows) for every layer.
        a: a buffer (K, width + 1, rows) for every hidden layer, its last row full of ones. Layers
            of the same width may share one.
    """

    def __init__(self, network: Network, z: Sequence[Tensor], a: Sequence[Tensor]) -> None:
        weights = [layer.transpose(1, 2) for layer in network.layers]
        self._first = partial(torch.bmm, weights[0], out=z[0])
        self._calls: list[Call] = []
        for i, value in enumerate(a):
            self._calls += [
                bind_forward(activation, z[i][lanes], value[lanes, :-1])
                for lanes, activation in network.groups
            ]
            self._calls.append(partial(torch.bmm, weights[i + 1], value, out=z[i + 1]))
        self._logits = z[-1]

    def run(self, inputs: Tensor) -> Tensor:
        """From ``as_inputs`` to the logits, (K, outputs, rows)."""
        self._first(inputs)
        for call in self._calls:
            call()
        return self._logits


class Pass:
    """Buffers for ``rows`` samples going forward and backward through a network.

    Attributes:
        preactivations: z of every layer, (K, rows, fan_out).
        activations: a of every hidden layer, (K, rows, fan_out).
        deltas: ∂L/∂z of every layer, (K, rows, fan_out).

    They hold nothing before ``forward``, ``deltas`` nothing before ``backward``.
    """

    def __init__(self, network: Network, rows: int) -> None:
        self.network = network
        self.rows = rows
        widths = network.sizes[1:]
        self._widths = [widths, [w + 1 for w in widths[:-1]], widths]
        self._block, (z, a, delta) = _buffers(network, rows, self._widths)
        for value in a:
            value[:, -1] = 1
        self.preactivations = [each.transpose(1, 2) for each in z]
        self.activations = [value[:, :-1].transpose(1, 2) for value in a]
        self.deltas = [each.transpose(1, 2) for each in delta]
        self._forward = Forward(network, z, a)
        self._logits, self._last = z[-1], delta[-1]
        self._calls: list[Call] = []
        for i in range(len(a), 0, -1):
            # ∂L/∂a of the layer below is written where its ∂L/∂z will stand.
            self._calls += [
                partial(torch.bmm, a[i - 1], self.deltas[i], out=network.layer_gradients[i]),
                partial(torch.bmm, network.weights[i], delta[i], out=delta[i - 1]),
                *(
                    bind_backward(activation, delta[i - 1][run], z[i - 1][run], a[i - 1][run, :-1])
                    for run, activation in network.groups
                ),
            ]
        self._end = partial(torch.bmm, mat2=self.deltas[0], out=network.layer_gradients[0])

    def copied(self) -> list[list[NDArray[np.floating]]]:
        """Copies of ``preactivations``, ``activations`` and ``deltas``."""
        flat = self._block.numpy().copy()
        parts = _divided(flat, self.network, self.rows, self._widths)
        lanes = self.network.lanes
        z, a, delta = (
            [part.reshape(lanes, width, self.rows).transpose(0, 2, 1) for part, width in some]
            for some in parts
        )
        return [z, [value[:, :, :-1] for value in a], delta]

    def forward(self, x: Tensor) -> Tensor:
        """Run x (rows, features) through all lanes; returns the logits (K, rows, outputs)."""
        return self._forward.run(as_inputs(x, self.network.lanes)).transpose(1, 2)

    def forward_again(self, inputs: Tensor) -> None:
        """Fill ``preactivations`` and ``activations`` from inputs laid out by ``as_inputs``."""
        self._forward.run(inputs)

    def backward(self, x: Tensor, y: Tensor) -> None:
        """Fill the network's gradient and ``deltas`` for the mean loss after ``forward(x)``.

        Args:
            x: (rows, features), as given to ``forward``.
            y: (rows, outputs), what the outputs should be.
        """
        self._backward(as_inputs(x, self.network.lanes), y.T, self.rows)

    def run(self, inputs: Tensor, labels: Tensor, *, mean: bool = True) -> None:
        """Forward and backward on what has been laid out before.

        Args:
            inputs: see ``as_inputs``.
            labels: (outputs, rows), what the outputs should be.
            mean: whether the loss is the mean over the samples, or their sum.
        """
        self._forward.run(inputs)
        self._backward(inputs, labels, self.rows if mean else 1)

    def _backward(self, inputs: Tensor, labels: Tensor, divisor: int) -> None:
        delta = self.network.loss.delta(self._logits, labels, self._last)
        if divisor > 1:
            delta.div_(divisor)
        for call in self._calls:
            call()
        self._end(inputs)


class Evaluation:
    """Forward passes that keep nothing but the logits, in chunks that stay in the cache.

    Args:
        network: whose parameters are read at every run.
        x: (n, features), all samples.
    """

    CHUNK = 1 << 18
    """Numbers of one layer's activations, over all lanes, that a chunk of samples may hold."""

    def __init__(self, network: Network, x: Tensor) -> None:
        widest = max(network.sizes[1:])
        most = max(16, self.CHUNK // (network.lanes * widest))
        rows = -(-len(x) // -(-len(x) // most))  # equal chunks, but for the last
        self._forwards: dict[int, Forward] = {}
        self._logits = network.store.new_empty(network.lanes, network.sizes[-1], len(x))
        self._chunks = []
        places = torch.split(self._logits, rows, dim=2)
        for chunk, place in zip(torch.split(x, rows), places, strict=True):
            if len(chunk) not in self._forwards:
                self._forwards[len(chunk)] = _without_memory(network, len(chunk))
            inputs = as_inputs(chunk, network.lanes)
            self._chunks.append((self._forwards[len(chunk)], inputs, place))

    def run(self, checkpoint: Callable[[], None] | None = None) -> Tensor:
        """The logits of all x, (K, n, outputs); the same buffer at every call.

        ``checkpoint`` is called before every chunk and may raise, to stop.
        """
        for forward, inputs, place in self._chunks:
            if checkpoint:
                checkpoint()
            place.copy_(forward.run(inputs))
        return self._logits.transpose(1, 2)


def _without_memory(network: Network, rows: int) -> Forward:
    """A way forward whose layers share their buffers."""
    widths = network.sizes[1:]
    each = sorted(set(widths))
    _, (z, a) = _buffers(network, rows, [each, [width + 1 for width in each]])
    for value in a:
        value[:, -1] = 1
    place = [each.index(width) for width in widths]
    return Forward(network, [z[i] for i in place], [a[i] for i in place[:-1]])


def _buffers(
    network: Network, rows: int, widths: Sequence[Sequence[int]]
) -> tuple[Tensor, list[list[Tensor]]]:
    """One block of memory, and lists of buffers (K, width, rows) in it.

    Many middling blocks would go back to the system when they are freed, and come again page by
    page: 4 ms on five layers of 64, more than the products.
    """
    count = sum(_length(network, rows, width) for width in chain.from_iterable(widths))
    block = network.store.new_empty(count)
    parts = _divided(block, network, rows, widths)
    return block, [[part.view(network.lanes, w, rows) for part, w in some] for some in parts]


def _divided(
    block: Any, network: Network, rows: int, widths: Sequence[Sequence[int]]
) -> list[list[tuple[Any, int]]]:
    """The pieces of a block, flat, with the widths of the buffers that they are."""
    found: list[list[tuple[Any, int]]] = []
    start = 0
    for some in widths:
        found.append([])
        for width in some:
            found[-1].append((block[start : start + network.lanes * width * rows], width))
            start += _length(network, rows, width)
    return found


def _length(network: Network, rows: int, width: int) -> int:
    """Numbers that a buffer takes, to the end of its last line of the cache."""
    line = 64 // network.store.element_size()
    return -(-network.lanes * width * rows // line) * line
