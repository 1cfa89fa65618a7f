"""The networks that are measured."""

from __future__ import annotations

from initviz.experiment import DataSettings, Experiment, Lane

SCHEMES = (
    Lane(scheme="xavier_uniform"),
    Lane(scheme="he_normal"),
    Lane(scheme="zeros"),
    Lane(scheme="torch_default"),
    Lane(scheme="normal", values={"deviation": 0.01}),
    Lane(scheme="orthogonal"),
    Lane(scheme="constant"),
    Lane(scheme="lecun_normal"),
)


def experiment(
    hidden: tuple[int, ...], *, lanes: int, features: int = 2, activation: str = "tanh"
) -> Experiment:
    """Moons, 1000 points in batches of 32, plain SGD."""
    return Experiment(
        data=DataSettings(dataset="moons", values={"features": features}),
        hidden=hidden,
        lanes=SCHEMES[:lanes],
        activation=activation,
        learning_rate=0.01,
    )


TRAINED = {
    "2-4-2-1": ((4, 2), 2),
    "2-8-8-8-1": ((8, 8, 8), 2),
    "2-10×10-1": ((10,) * 10, 2),
    "2-8×32-1": ((32,) * 8, 2),
    "500-6×64-1": ((64,) * 6, 500),
}
"""Name → hidden layers and inputs."""
