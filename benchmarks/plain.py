"""What people write today: one torch network a scheme, autograd, torch.optim, one after another."""

from __future__ import annotations

import torch
from torch import nn

from initviz.engine.data import load
from initviz.engine.initialize import initial_lane
from initviz.experiment import Experiment
from initviz.layout import layout

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "sigmoid": nn.Sigmoid}


class PlainLoop:
    """Trains every lane of an experiment as a network of its own, from the same weights."""

    def __init__(self, experiment: Experiment) -> None:
        data = load(experiment)
        self.x, self.test_x = (torch.tensor(s.x).float() for s in (data.train, data.test))
        self.y, self.test_y = (torch.tensor(s.y).float() for s in (data.train, data.test))
        self.rows = experiment.batch_size
        self.models = [_model(experiment, lane) for lane in range(len(experiment.lanes))]
        self.optimisers = [
            torch.optim.SGD(model.parameters(), lr=experiment.learning_rate)
            for model in self.models
        ]
        self.loss = nn.BCEWithLogitsLoss()
        self.generator = torch.Generator().manual_seed(experiment.seed)
        self.history: list[list[float]] = []

    def epochs(self, count: int, *, evaluate: bool) -> None:
        """Train every network for ``count`` epochs more."""
        for _ in range(count):
            order = torch.randperm(len(self.x), generator=self.generator)
            batches = list(
                zip(
                    torch.split(self.x[order], self.rows),
                    torch.split(self.y[order], self.rows),
                    strict=True,
                )
            )
            for model, optimiser in zip(self.models, self.optimisers, strict=True):
                for x, y in batches:
                    optimiser.zero_grad()
                    self.loss(model(x), y).backward()
                    optimiser.step()
            if evaluate:
                for model in self.models:
                    self.history.append(self._evaluate(model))

    @torch.no_grad()
    def _evaluate(self, model: nn.Module) -> list[float]:
        figures = []
        for x, y in ((self.x, self.y), (self.test_x, self.test_y)):
            logits = model(x)
            figures.append(self.loss(logits, y).item())
            figures.append(((logits > 0) == (y > 0.5)).double().mean().item())
        return figures


def _model(experiment: Experiment, lane: int) -> nn.Module:
    row = initial_lane(experiment, experiment.lanes[lane])
    layers: list[nn.Module] = []
    for slots in layout(experiment.sizes):
        linear = nn.Linear(slots.fan_in, slots.fan_out)
        with torch.no_grad():
            weight = row[slots.start : slots.middle].view(slots.fan_in, slots.fan_out)
            linear.weight.copy_(weight.T)
            linear.bias.copy_(row[slots.middle : slots.stop])
        layers += [linear, ACTIVATIONS[experiment.activation]()]
    return nn.Sequential(*layers[:-1])
