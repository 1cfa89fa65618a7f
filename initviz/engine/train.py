"""Training: all lanes in lockstep on the same batches, one epoch a turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from initviz.engine.data import load
from initviz.engine.device import find_device, find_dtype, set_threads
from initviz.engine.initialize import initial_parameters
from initviz.engine.losses import LOSSES
from initviz.engine.network import Evaluation, Network, Pass, as_inputs
from initviz.engine.optimiser import OPTIMISERS
from initviz.engine.watch import Watch
from initviz.experiment import Experiment
from initviz.recording import DEFAULT_BUDGET, Epoch, Recording, Scalars
from initviz.seeds import BATCH_SEED
from initviz.shortage import enough_memory

Checkpoint = Callable[[], None] | None
"""Called between pieces of work; None is never called."""

FEW_NUMBERS = 1 << 16
"""Numbers whose norms are taken of all layers in one go; of more, layer by layer is faster."""


def train(
    experiment: Experiment,
    *,
    epochs: int | None = None,
    checkpoint: Checkpoint = None,
) -> Iterator[Epoch]:
    """Train all lanes of an experiment and yield every epoch, the initial state first.

    Sets the number of torch's threads for the size of the network.

    Args:
        experiment: what to train.
        epochs: how many epochs to train; the experiment's own number by default.
        checkpoint: called before every piece of work (a layer to fill, a step, a chunk of an
            evaluation). It may block, to pause, and may raise, to stop.

    Yields:
        ``Epoch`` 0, 1, ..., ``epochs``; their arrays are owned copies.

    Raises:
        DeviceError: if the device is not there.
        ShortageError: if there is not enough memory.
    """
    set_threads(experiment)
    with enough_memory(experiment):
        trainer = _Trainer(experiment, checkpoint)
        yield trainer.epoch(0, checkpoint)
        for number in range(1, (experiment.epochs if epochs is None else epochs) + 1):
            trainer.train_epoch(checkpoint)
            yield trainer.epoch(number, checkpoint)


def record(
    experiment: Experiment,
    *,
    budget: int = DEFAULT_BUDGET,
    progress: Callable[[int], None] | None = None,
) -> Recording:
    """Train an experiment to its end and return the recording.

    Args:
        experiment: what to train.
        budget: bytes of weights that the recording may keep.
        progress: called with the number of each finished epoch.
    """
    recording = Recording(experiment, budget)
    for epoch in train(experiment):
        recording.append(epoch)
        if progress:
            progress(epoch.number)
    return recording


def lane_order(experiment: Experiment) -> list[int]:
    """The lanes' indices, with lanes of the same activation next to one another."""
    names = [experiment.activation_of(lane).name for lane in experiment.lanes]
    return sorted(range(len(names)), key=lambda i: (names.index(names[i]), i))


def build_network(experiment: Experiment, parameters: Tensor) -> tuple[Network, list[int]]:
    """Stack parameters (K, P), given in the experiment's order of lanes, into a network.

    Returns:
        the network, whose lanes stand in ``lane_order``, and the places in the network of the
        experiment's lanes: ``network.parameters[places]`` is in the experiment's order.
    """
    order = lane_order(experiment)
    activations = [experiment.activation_of(experiment.lanes[i]) for i in order]
    places = sorted(range(len(order)), key=order.__getitem__)
    loss = LOSSES[experiment.task.name]
    return Network(experiment.sizes, activations, parameters[order], loss), places


class _Trainer:
    """The state of one training: parameters, optimiser, order of the batches."""

    def __init__(self, experiment: Experiment, checkpoint: Checkpoint = None) -> None:
        self.experiment = experiment
        device, dtype = find_device(experiment), find_dtype(experiment)
        data = load(experiment)

        def tensor(array: NDArray[np.float64]) -> Tensor:
            return torch.tensor(array, dtype=dtype, device=device)

        self.x, self.y = tensor(data.train.x), tensor(data.train.y)
        parameters = initial_parameters(experiment, checkpoint).to(device)
        self.network, places = build_network(experiment, parameters)
        self.places = None if places == sorted(places) else places
        store = self.network.store
        self.optimiser = OPTIMISERS[experiment.optimiser](store, self._rates())
        self.generator = torch.Generator().manual_seed(experiment.seed + BATCH_SEED)
        self.decay = self._decay() if experiment.l2 else None
        self.rows = min(experiment.batch_size, len(self.x))
        rest = len(self.x) % self.rows
        self.passes = {size: Pass(self.network, size) for size in {self.rows, rest} - {0}}
        self.evaluation = Evaluation(self.network, torch.cat([self.x, tensor(data.test.x)]))
        self.labels = torch.cat([self.y.cpu(), torch.tensor(data.test.y, dtype=dtype)])
        self.before = store.clone()
        self.start = store.clone()
        lengths = [
            (slots.fan_in * slots.fan_out, slots.fan_out)
            for slots in self.network.slots
            for _ in range(self.network.lanes)
        ]
        self.runs = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        order = lane_order(experiment)
        activations = [experiment.activation_of(experiment.lanes[i]) for i in order]
        self.watch = Watch(self.network, activations, self.x)

    def _rates(self) -> Tensor | float:
        rates = [self.experiment.learning_rate_of(lane) for lane in self.experiment.lanes]
        if len(set(rates)) == 1:
            return rates[0]
        in_order = [rates[i] for i in lane_order(self.experiment)]
        return self.network.spread(self.network.store.new_tensor(in_order))

    def _decay(self) -> Tensor:
        decay = torch.zeros_like(self.network.store)
        for layer in self.network.views(decay):
            layer[:, :-1] = self.experiment.l2
        return decay

    @torch.inference_mode()
    def train_epoch(self, checkpoint: Checkpoint = None) -> None:
        """Go through all points once, in a new order."""
        order = torch.randperm(len(self.x), generator=self.generator)
        batches = self._batches(order.to(self.x.device))
        for number, (passing, x, y) in enumerate(batches):
            if checkpoint:
                checkpoint()
            self._gradient(passing, x, y)
            if number == len(batches) - 1:
                self.before.copy_(self.network.store)
            self.optimiser.step(self.network.gradient_store)

    def _batches(self, order: Tensor) -> list[tuple[Pass, Tensor, Tensor]]:
        """The samples in this order, laid out for ``Pass.run``: all batches in a few operations."""
        x, y = self.x[order], self.y[order]
        batches: list[tuple[Pass, Tensor, Tensor]] = []
        whole = len(order) // self.rows * self.rows
        for part in (slice(0, whole), slice(whole, len(order))):
            rows = min(self.rows, part.stop - part.start)
            if rows:
                inputs = as_inputs(x[part].view(-1, rows, x.shape[1]), self.network.lanes)
                labels = y[part].view(-1, rows, y.shape[1]).transpose(1, 2).contiguous()
                passes = [self.passes[rows]] * len(inputs)
                batches += zip(passes, inputs.unbind(), labels.unbind(), strict=True)
        return batches

    def _gradient(self, passing: Pass, inputs: Tensor, labels: Tensor) -> None:
        passing.run(inputs, labels)
        if self.decay is not None:
            self.network.gradient_store.addcmul_(self.network.store, self.decay)

    @torch.inference_mode()
    def epoch(self, number: int, checkpoint: Checkpoint = None) -> Epoch:
        """The present state as an epoch."""
        network = self.network
        if number == 0:
            # A look at the first batch, without a step.
            state = self.generator.get_state()
            order = torch.randperm(len(self.x), generator=self.generator)[: self.rows]
            self.generator.set_state(state)
            self._gradient(*self._batches(order.to(self.x.device))[0])
        # What is left is small, and takes float64, which not every device has.
        logits = self.evaluation.run(checkpoint).cpu()
        gradient_norm, weight_norm, update, distance = self._norms()
        samples, loss = len(self.x), network.loss
        train, test = slice(None, samples), slice(samples, None)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(update == 0, 0.0, update / weight_norm)
        figures = {
            "train_loss": loss.losses(logits[:, train], self.labels[train]).numpy(),
            "test_loss": loss.losses(logits[:, test], self.labels[test]).numpy(),
            "train_score": loss.scores(logits[:, train], self.labels[train]).numpy(),
            "test_score": loss.scores(logits[:, test], self.labels[test]).numpy(),
            "gradient_norm": gradient_norm,
            "weight_norm": weight_norm,
            "update_ratio": ratio,
            "distance": distance,
            **self.watch.look(),
        }
        parameters = network.parameters.cpu().numpy()
        if self.places is not None:
            figures = {name: value[self.places] for name, value in figures.items()}
            parameters = parameters[self.places]
        return Epoch(number, parameters, Scalars(**figures))

    def _norms(self) -> NDArray[np.float64]:
        """‖G‖, ‖W‖, ‖ΔW‖ and ‖W − W₀‖ of every layer's weights, (4, K, L).

        In float64, where squares cannot overflow.
        """
        four = (self.network.gradient_store, self.network.store, self.before, self.start)
        if 4 * self.before.numel() <= FEW_NUMBERS:
            stores = torch.stack(four).cpu()
            for earlier in (stores[2], stores[3]):
                torch.sub(stores[1], earlier, out=earlier)
            squares = stores.numpy().astype(np.float64)
            with np.errstate(over="ignore"):  # lanes that diverge in float64
                np.square(squares, out=squares)
                sums = np.add.reduceat(squares, self.runs, axis=1)[:, ::2]  # weights, biases, ...
            shape = (4, len(self.network.slots), self.network.lanes)
            return np.sqrt(sums).reshape(shape).transpose(0, 2, 1)
        norm = torch.linalg.vector_norm
        each = []
        # Four copies of one layer at a time: of all layers they are gigabytes.
        for layers in zip(*map(self.network.views, four), strict=True):
            g, w, before, start = (layer[:, :-1].cpu() for layer in layers)
            parts = (g, w, w - before, w - start)
            each.append([norm(part, dim=(1, 2), dtype=torch.float64) for part in parts])
        norms = np.array([[part.numpy() for part in parts] for parts in each])
        return norms.transpose(1, 2, 0)
