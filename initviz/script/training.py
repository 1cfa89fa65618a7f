"""The moving parts of a script: filling the layers, training, and the command line."""

from __future__ import annotations

from initviz.experiment import Experiment
from initviz.script.functions import Specialiser
from initviz.script.lanes import INPUTS, Initialisations
from initviz.script.tasks import OPTIMISER_CODES, TASK_CODES
from initviz.script.text import expression
from initviz.script.value import NUMBER, dynamic
from initviz.seeds import BATCH_SEED, SEEN, layer_seed

MAIN = """\
def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--epochs", type=int, default=EPOCHS, help="how many (%(default)s)"
    )
    parser.add_argument("--lane", type=int, help="train this one only, from 1")
    options = parser.parse_args()
    train_set, test_set = load_data()
    print("epoch lane train_loss test_loss train_score test_score")
    for number, lane in enumerate(LANES, 1):
        if options.lane in (None, number):
            print(f"lane {number}: {lane.name}", file=sys.stderr)
            for epoch, *figures in train(lane, train_set, test_set, options.epochs):
                (train_loss, train_score), (test_loss, test_score) = figures
                print(
                    f"{epoch:5} {number:4} {train_loss:.12g} {test_loss:.12g} "
                    f"{train_score:.6f} {test_score:.6f}"
                )"""
"""Options, and a table that people and programs can read."""


def differs(experiment: Experiment, what: str) -> bool:
    """Whether the lanes have more than one "activation" or "learning_rate"."""
    if what == "learning_rate":
        return len({experiment.learning_rate_of(lane) for lane in experiment.lanes}) > 1
    return len({experiment.activation_of(lane).name for lane in experiment.lanes}) > 1


def initialise_code(experiment: Experiment, made: Initialisations) -> str:
    """``initialise()``: the first weights and biases of a network."""
    looks = INPUTS in made.words
    lines = [
        "@torch.no_grad()",
        f"def initialise(net, lane{', x' if looks else ''}):",
        '    """Fill the layers; each has a source of random numbers of its own."""',
    ]
    if looks:
        lines += [
            "    # The points that are looked at; then what the layers make of them.",
            "    generator = torch.Generator().manual_seed(SEED)",
            f"    {INPUTS} = x[torch.randperm(len(x), generator=generator)[:{SEEN}]]",
        ]
    call = ", ".join(["layer", "generator", *made.words])
    init = "lane.init"
    lines += [
        f"    for {NUMBER}, layer in enumerate(net.layers):",
        f"        generator = torch.Generator().manual_seed({_layer_seed()})",
    ]
    if any(lane.output is not None for lane in experiment.lanes):
        lines.append("        init = lane.init_output if layer is net.layers[-1] else lane.init")
        init = "init"
    lines.append(f"        {init}({call})")
    if looks:
        lines.append(f"        {INPUTS} = net.activation(layer({INPUTS}))")
    if any(lane.scale != 1 for lane in experiment.lanes):
        lines += [
            "    for layer in net.layers:",
            "        layer.weight.mul_(lane.scale)",
        ]
    return "\n".join(lines)


def _layer_seed() -> str:
    arguments = {"seed": dynamic("SEED"), "layer": dynamic(NUMBER)}
    specialiser = Specialiser()
    return expression(specialiser.code(specialiser.inlined(layer_seed, arguments)))


def train_code(experiment: Experiment, made: Initialisations) -> str:
    """``evaluate()`` and ``train()``."""
    looks = INPUTS in made.words
    first = experiment.activation_of(experiment.lanes[0])
    activation = "lane.activation" if differs(experiment, "activation") else first.module
    rate = "lane.learning_rate" if differs(experiment, "learning_rate") else "LEARNING_RATE"
    away = experiment.device != "cpu"
    parameters = "groups" if experiment.l2 else "net.parameters()"
    optimiser = OPTIMISER_CODES[experiment.optimiser].format(parameters=parameters, rate=rate)
    decay = [
        '    weights = {"params": [layer.weight for layer in net.layers], "weight_decay": L2}',
        '    biases = {"params": [layer.bias for layer in net.layers]}',
        "    groups = [weights, biases]",
    ]
    here = ".cpu()" if away else ""
    there = here if experiment.task.name == "classes" else f"{here}.double()"
    return "\n".join(
        [
            f"loss_of = {TASK_CODES[experiment.task.name].loss}",
            "",
            "",
            "@torch.no_grad()",
            "def evaluate(net, data):",
            '    """Loss and score over a whole set; sums are taken in float64."""',
            "    x, y = data.tensors",
            f"    z = net(x){here}.double()",
            *([f"    y = y{there}"] if there else []),
            "    return loss_of(z, y).item(), score(z, y).item()",
            "",
            "",
            "def train(lane, train_set, test_set, epochs):",
            '    """Train from one initialisation; yields what each epoch comes to, from 0."""',
            f"    net = Net({activation})",
            f"    initialise(net, lane{', train_set.tensors[0]' if looks else ''})",
            *(["    net.to(DEVICE)", *_moved()] if away else []),
            *(decay if experiment.l2 else []),
            f"    optimiser = {optimiser}",
            f"    order = Shuffled(len(train_set), SEED + {BATCH_SEED:_})",
            "    batches = BatchSampler(order, BATCH_SIZE, drop_last=False)",
            "    loader = DataLoader(train_set, sampler=batches, batch_size=None)",
            "    yield 0, evaluate(net, train_set), evaluate(net, test_set)",
            "    for epoch in range(1, epochs + 1):",
            "        for x, y in loader:",
            "            optimiser.zero_grad()",
            "            loss_of(net(x), y).backward()",
            "            optimiser.step()",
            "        yield epoch, evaluate(net, train_set), evaluate(net, test_set)",
        ]
    )


def _moved() -> list[str]:
    return [
        "    train_set, test_set = (",
        "        TensorDataset(*(tensor.to(DEVICE) for tensor in data.tensors))",
        "        for data in (train_set, test_set)",
        "    )",
    ]
