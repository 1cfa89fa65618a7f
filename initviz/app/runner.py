"""The two worker threads: one trains, one probes. Plain threads, commanded by conditions.

Neither sends anything to the window: it looks at them when it has time (see ``player``). So a
fast worker cannot flood a slow window, and a slow worker cannot block it.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from initviz.experiment import Experiment
from initviz.parts import Wanted
from initviz.recording import DEFAULT_BUDGET, FIGURE_BUDGET, Recording
from initviz.report import Incident, foreseen
from initviz.shortage import enough_memory
from initviz.snapshot import Snapshot

log = logging.getLogger(__name__)

SWITCH_SECONDS = 0.002
"""How long a thread keeps Python's lock while another one waits; 0.005 by default, of which a
probe loses several to every frame that is painted meanwhile."""

LAST_STEP = 30.0
"""Seconds that a thread has to end in. A step of a training is left at once, but not the import
of torch: on a busy machine that takes more than ten, and a window may be closed in the middle."""

RATE_SECONDS = 3.0
"""How far back the speed of the training is measured."""


class _AbandonedError(Exception):
    """Raised at a checkpoint, inside the training or a probe, when nobody wants it any more."""


@dataclass
class Run:
    """One training: its recording grows until ``goal``.

    Attributes:
        goal: the epoch to train to; at or below ``recording.last`` means pause, −1 before epoch 0.
        trained: the epoch that the training itself has come to, −1 before any. A recording that
            was brought back is ahead of it: its epochs are gone through again, to catch up.
        error: what the training raised, None while all is well.
        incident: the same for a report, where nobody foresaw it.
        rate: epochs a second, averaged over the last few.
    """

    experiment: Experiment
    recording: Recording
    goal: int = 0
    trained: int = -1
    error: BaseException | None = None
    incident: Incident | None = None
    rate: float = 0.0
    _stamps: deque[float] = field(default_factory=deque)

    @property
    def catching_up(self) -> bool:
        """Whether epochs are trained again that are recorded already."""
        return self.trained < self.recording.last < self.goal

    def stamp(self) -> None:
        """Note the time of an epoch; the rate is over the last few seconds."""
        now = time.monotonic()
        self._stamps.append(now)
        while now - self._stamps[0] > RATE_SECONDS:
            self._stamps.popleft()
        if len(self._stamps) > 1:
            self.rate = (len(self._stamps) - 1) / max(now - self._stamps[0], 1e-9)


class Trainer:
    """A thread that trains the newest run up to its goal.

    ``ready`` is set when the engine, and torch with it, has been imported. A thread that is
    ``held`` waits for ``release`` before it does so: importing takes the interpreter from whoever
    else needs it.

    Attributes:
        budget: bytes of weights that all recordings keep together.
        figure_budget: bytes of figures that one recording keeps, and all earlier ones together.
        earlier: recordings that give way to the one in training, the first one first.
    """

    def __init__(self, budget: int = DEFAULT_BUDGET, *, held: bool = False) -> None:
        self.ready = threading.Event()
        self._released = threading.Event()
        if not held:
            self._released.set()
        self.budget = budget
        self.figure_budget = FIGURE_BUDGET
        self.earlier: tuple[Recording, ...] = ()
        self._condition = threading.Condition()
        self._run: Run | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="initviz-train", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Let the thread begin; calling it again does nothing."""
        self._released.set()

    @property
    def released(self) -> bool:
        """Whether the thread has been let to begin."""
        return self._released.is_set()

    def start(
        self, experiment: Experiment, recording: Recording | None = None, *, waits: bool = False
    ) -> Run:
        """Abandon the present run and start another, up to epoch 0; if it ``waits``, not yet.

        With a ``recording`` of the same experiment it goes on where that one ends: training is
        deterministic, so its epochs are gone through again, and not recorded twice.
        """
        if recording is None:
            recording = Recording(experiment, self.budget, self.figure_budget)
        run = Run(experiment, recording, goal=-1 if waits else max(recording.last, 0))
        with self._condition:
            # The run that is left gives way from now on, until somebody forgets it.
            left = [self._run.recording] if self._run and self._run.recording.last > 0 else []
            others = dict.fromkeys((*self.earlier, *left))
            self.earlier = tuple(other for other in others if other is not recording)
            self._run = run
            self._condition.notify_all()
            return run

    def set_goal(self, epoch: int) -> None:
        """Train the present run up to this epoch; one that is recorded already pauses it.

        Epoch 0, the picture that is always there, is no training and cannot be paused.
        """
        epoch = max(epoch, 0)
        with self._condition:
            if self._run and self._run.goal != epoch:
                self._run.goal = epoch
                self._condition.notify_all()

    def close(self, timeout: float = LAST_STEP) -> bool:
        """End the thread; returns whether it has ended."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        self._released.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """Whether the thread is still there."""
        return self._thread.is_alive()

    def _work(self) -> None:
        self._released.wait()
        done: Run | None = None
        while True:
            with self._condition:
                while not self._closed and self._run is done:
                    self._condition.wait()
                if self._closed:
                    return
                done = run = self._run
            assert run is not None
            try:
                with enough_memory(run.experiment):  # for what is recorded, too
                    self._train(run)
            except _AbandonedError:
                pass  # somebody has started another run, or closed the window
            except Exception as error:
                log.exception("training failed")
                run.incident = None if foreseen(error) else Incident.of(error)
                error.__traceback__ = None  # its frames hold the tensors of the training
                run.error = error

    def _train(self, run: Run) -> None:
        # torch takes seconds to import: the window stands long before.
        from initviz.engine import train

        self.ready.set()
        self.condense_earlier()
        self._checkpoint(run)
        # The run goes on as long as somebody raises the goal, past the experiment's epochs too.
        for epoch in train(run.experiment, epochs=2**62, checkpoint=lambda: self._checkpoint(run)):
            with self._condition:
                if self._closed or self._run is not run:
                    return
            run.trained = epoch.number
            if epoch.number <= run.recording.last:
                continue
            self.make_room(run.recording.kept_bytes + epoch.parameters.nbytes)
            run.recording.append(epoch)
            run.stamp()

    def make_room(self, wanted: int) -> None:
        """Let earlier recordings give way until the bytes wanted for this one fit the budget."""
        earlier = self.earlier
        excess = wanted + sum(recording.kept_bytes for recording in earlier) - self.budget
        for recording in earlier:
            if excess <= 0:
                return
            with self._condition:  # one that is brought back meanwhile gives way no longer
                if recording in self.earlier:
                    excess -= recording.give_way(excess)

    def condense_earlier(self) -> None:
        """Let earlier recordings give up figures, until all fit the budget that one has."""
        earlier = self.earlier
        excess = sum(recording.figure_bytes for recording in earlier) - self.figure_budget
        for recording in earlier:
            if excess <= 0:
                return
            with self._condition:  # one that is brought back meanwhile gives way no longer
                if recording in self.earlier:
                    excess -= recording.condense(excess)

    def _checkpoint(self, run: Run) -> None:
        """Called before every step: blocks while paused, raises when abandoned."""
        if run.goal > run.recording.last and self._run is run and not self._closed:
            return
        with self._condition:
            while not self._closed and self._run is run and run.goal <= run.recording.last:
                self._condition.wait()
            if self._closed or self._run is not run:
                raise _AbandonedError


@dataclass(frozen=True)
class Request:
    """One wish for a snapshot.

    Attributes:
        recording, epoch, wanted: what ``probe`` takes.
        sketch: whether it is one of an epoch 0 that has not been recorded yet.
        judged: whether the snapshot is wanted for what is judged, too.
    """

    recording: Recording
    epoch: int
    wanted: Wanted
    sketch: bool = False
    judged: bool = False


@dataclass(frozen=True)
class Result:
    """What became of a wish: a snapshot, or an error, and the seconds that it took.

    Attributes:
        incident: the error for a report, where nobody foresaw it.
    """

    request: Request
    snapshot: Snapshot | None
    error: BaseException | None
    seconds: float
    incident: Incident | None = None


class Prober:
    """A thread that probes the newest wanted epoch; wishes in between are dropped.

    What is under way is finished, or wishes that come fast would see nothing answered. Only a
    sketch, the answer to a drag, does not wait for a probe of what is left behind.
    """

    def __init__(self) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        self._condition = threading.Condition()
        self._request: Request | None = None
        self._result: Result | None = None
        self._busy = False
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="initviz-probe", daemon=True)
        self._thread.start()

    def ask(self, request: Request) -> None:
        """Want this snapshot, instead of any that is still waiting."""
        with self._condition:
            self._request = request
            self._condition.notify_all()

    def take(self) -> Result | None:
        """The newest result, once; None if there is no new one."""
        with self._condition:
            result, self._result = self._result, None
            return result

    @property
    def idle(self) -> bool:
        """Whether nothing is being probed, waiting, or ready to be taken."""
        with self._condition:
            return not self._busy and self._request is None and self._result is None

    @property
    def alive(self) -> bool:
        """Whether the thread is still there."""
        return self._thread.is_alive()

    def close(self, timeout: float = LAST_STEP) -> bool:
        """End the thread; returns whether it has ended."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while True:
            with self._condition:
                while not self._closed and self._request is None:
                    self._condition.wait()
                if self._closed:
                    return
                request, self._request = self._request, None
                self._busy = True
            assert request is not None
            start = time.perf_counter()
            snapshot: Snapshot | None = None
            failure: BaseException | None = None
            incident: Incident | None = None
            try:
                with enough_memory(request.recording.experiment):
                    snapshot = self._probe(request)
            except _AbandonedError:
                continue
            except Exception as error:
                # Of a sketch the training will say the same, where it can be read.
                log.log(
                    logging.INFO if request.sketch else logging.ERROR, "probing failed",
                    exc_info=True,
                )  # fmt: skip
                incident = None if foreseen(error) else Incident.of(error)
                error.__traceback__ = None
                failure = error
            result = Result(request, snapshot, failure, time.perf_counter() - start, incident)
            with self._condition:
                self._busy = False
                self._result = result

    def _probe(self, request: Request) -> Snapshot:
        from initviz.engine import probe, sketch

        def checkpoint() -> None:
            waiting = self._request
            if not request.sketch and waiting is not None and waiting.sketch:
                raise _AbandonedError

        recording = request.recording
        if request.sketch:
            recording = sketch(recording.experiment)
        return probe(recording, request.epoch, request.wanted, checkpoint)
