"""The player: moves the cursor in time, asks the trainer for epochs and the prober for snapshots.

A timer looks at the newest state of both threads. Nothing is queued: whatever is late is skipped.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from initviz.app.model import Model, Phase
from initviz.app.runner import Prober, Request, Result, Run, Trainer
from initviz.experiment import Experiment
from initviz.parts import Part, Wanted
from initviz.recording import DEFAULT_BUDGET, Recording
from initviz.report import Incident, foreseen, without_home
from initviz.snapshot import Snapshot

FRAME_MS, PLAYING_MS, FAST_FRAME_MS, WAITING_MS = 33, 16, 66, 4
"""Time between two looks: at rest; while epochs go by with the clock, twice a frame, so that a
picture that is late for one look need not wait for a whole frame; at full speed, since painting
costs training its time; and while somebody waits for the answer to an edit or a step."""

SPEEDS = (1.0, 2.0, 5.0, 10.0, 30.0, math.inf)
"""Epochs a second; infinite is as fast as it goes."""

MOST_AHEAD = 3
"""Steps forward that may wait for the training at once."""

UNPAINTED_MS = 1500
"""How long torch waits for a window that is never painted."""

PLAYING_GRID, RESTING_GRID, COARSEST_GRID = 50, 120, 12
"""Cells on a side of a boundary: while the picture moves, at rest, and for the largest networks."""

PLAYING_WORK, RESTING_WORK = 5e8, 1e10
"""Multiplications that a boundary may cost: about 20 ms, and half a second, on one core."""

SLOW_PROBE = 0.06
"""Seconds a probe may take while playing; of slower ones only half the grid is wanted."""

JUDGING_SECONDS = 0.25
"""Time between two judgements while the picture moves: nobody reads faster."""

PATIENCE = 0.25
"""Seconds of rest before the boundary is drawn on the fine grid."""


SWIFT, REST = 0.25, 0.1
"""Seconds between two edits that belong to one drag, and of rest until its epoch 0 is trained.

While a drag goes on, sketches of epoch 0 answer it: each is finished before the newest edit's turn
comes, so that a drag faster than they are cannot starve them.
"""

SKETCH_GRID, SKETCH_WORK = 25, 1e8
"""Cells on a side of a sketch's boundary, and the multiplications that it may cost."""

LARGEST_SKETCH = 4_000_000
"""Parameters of all lanes up to which a sketch is drawn: larger ones are no answer to a drag."""


class Player(QObject):
    """Joins model, trainer and prober.

    Signals:
        shown(snapshot): a new snapshot is there to be drawn.
        judged(snapshot): it has what is to be judged, too; every one has that shows a picture at
            rest, and now and then one of a picture that moves.
        recorded(): epochs were added to the recording, or gone through again to catch up.
    """

    shown = Signal(object)
    judged = Signal(object)
    recorded = Signal()

    def __init__(
        self, model: Model, budget: int = DEFAULT_BUDGET, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.model = model
        # The window releases it when it has been painted, see ``painted``.
        self.trainer = Trainer(budget, held="torch" not in sys.modules)
        self._unpainted = QTimer(self)  # of its own: Qt's single shots outlive a window
        self._unpainted.setSingleShot(True)
        self._unpainted.timeout.connect(self.trainer.release)
        self._unpainted.start(UNPAINTED_MS)
        self.prober = Prober()
        self.run = self.trainer.start(model.experiment)
        model.recording = self.run.recording
        self.speed = 10.0
        self.snapshot: Snapshot | None = None
        self.parts = self.drawn = frozenset({Part.LAYERS, Part.BOUNDARY})
        self._asked: tuple[object, ...] = ()
        self._answered: Request | None = None
        self._aside: tuple[Request, Callable[[Snapshot | None], None]] | None = None
        self._returning: tuple[Recording, int] | None = None
        self._seen: tuple[int, ...] = ()
        self._target: int | None = None  # an epoch to step to, once it is there
        self._origin = (0.0, 0)  # when and where playing began
        self._last_move = 0.0
        self.incident: Incident | None = None  # what FAILED is about, where nobody foresaw it
        self._unseen: tuple[object, ...] = ()  # what was to be probed when that failed
        self._slow = False  # whether this experiment's probes have taken too long
        self._edited = 0.0  # when the experiment was edited
        self._judged = -math.inf  # when there was something to judge
        model.experiment_changed.connect(self._experiment_changed)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.look)
        self._timer.start(FRAME_MS)

    # --- what people ask for ---------------------------------------------------------------

    def toggle(self) -> None:
        """Train or pause; at the end of a finished run, play it again from the start."""
        if self.model.phase is Phase.TRAINING:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Move the cursor on, and train what has not been trained yet."""
        if self.model.phase is Phase.FAILED:
            return
        finished = self.model.phase is Phase.FINISHED
        if finished or self.model.cursor >= self.model.experiment.epochs:
            self.model.set_cursor(0)
        self._target = None
        self._rebase()
        self.model.set_phase(Phase.TRAINING)
        self.look()

    def pause(self) -> None:
        """Stop the cursor and the training, also in the middle of an epoch."""
        if self.model.phase in (Phase.TRAINING, Phase.LOADING):
            self.trainer.set_goal(self.model.recording.last)
            self._target = None
            self.model.set_phase(self._resting_phase())

    def step_forward(self) -> None:
        """Go to the next recorded epoch; at the end, train one more."""
        self.pause()
        here = self.model.cursor if self._target is None else self._target
        if self.model.phase is Phase.FAILED or here - self.model.cursor >= MOST_AHEAD:
            return  # a key that is held down must not run away from what is shown
        kept = self.model.recording.kept_epochs()
        following = [epoch for epoch in kept if epoch > here]
        if following:
            self.go_to(following[0])
        else:
            self._target = here + 1
            self.trainer.set_goal(self._target)
            self._set_pace()

    def step_back(self) -> None:
        """Go to the recorded epoch before; nothing is trained again."""
        self.pause()
        earlier = [e for e in self.model.recording.kept_epochs() if e < self.model.cursor]
        self.go_to(earlier[-1] if earlier else 0)

    def to_start(self) -> None:
        """Go to the initial state."""
        self.pause()
        self.go_to(0)

    def to_end(self) -> None:
        """Go to the newest recorded epoch."""
        self.pause()
        self.go_to(self.model.recording.last)

    def go_to(self, epoch: int) -> None:
        """Move the cursor to an epoch whose weights are held; while playing, go on from there."""
        self._target = None
        recording = self.model.recording
        if self.model.phase is not Phase.TRAINING:
            self.trainer.set_goal(recording.last)
        if len(recording):
            self.model.set_cursor(recording.nearest(epoch))
        self._rebase()
        if self.model.phase not in (Phase.TRAINING, Phase.LOADING, Phase.FAILED):
            self.model.set_phase(self._resting_phase())
        self._look_at_prober()
        self._set_pace()

    def set_speed(self, speed: float) -> None:
        """Epochs a second; ``math.inf`` is as fast as it goes."""
        self.speed = speed
        self._rebase()

    def restart(self) -> None:
        """Throw the recording away and begin again at epoch 0."""
        self._begin(self.model.experiment)

    def bring_back(self, recording: Recording, experiment: Experiment, cursor: int) -> None:
        """Show what was recorded before, at once; training goes on from where it ends.

        The ``experiment`` is the recording's, or differs from it in the number of epochs.
        """
        recording.experiment = experiment
        self._returning = recording, cursor
        if experiment == self.model.experiment:
            self._begin(experiment)
        else:
            self.model.edit(experiment)

    def ask_aside(self, request: Request, then: Callable[[Snapshot | None], None]) -> None:
        """Probe something else between two looks, and hand it over; None where that fails."""
        self._aside = request, then
        self._set_pace()

    def want(self, drawn: frozenset[Part], judged: frozenset[Part] = frozenset()) -> None:
        """Say which parts of a snapshot the visible views draw, and which are to be judged."""
        self.drawn, self.parts = drawn, drawn | judged

    def close(self) -> bool:
        """Stop the timer and both threads; returns whether the threads have ended."""
        self._timer.stop()
        self._unpainted.stop()
        ended = self.trainer.close()
        return self.prober.close() and ended

    def painted(self) -> None:
        """Tell that the window stands: from now on torch may be imported."""
        if not self.trainer.released:
            self._unpainted.start(0)

    # --- what happens by itself --------------------------------------------------------------

    def _experiment_changed(self, old: Experiment, new: Experiment) -> None:
        stays = self._returning is None and self.model.phase is not Phase.FAILED
        if stays and old.same_run(new):
            # Only the number of epochs differs: what is recorded stays true.
            self.model.recording.experiment = self.run.experiment = new
            if self.model.phase is not Phase.TRAINING:
                self.go_to(self.model.cursor)
            self._asked = ()
            return
        before, self._edited = self._edited, time.monotonic()
        self._begin(new, dragged=self._edited - before < SWIFT and self._can_sketch())

    def _begin(self, experiment: Experiment, dragged: bool = False) -> None:
        returning, self._returning = self._returning, None
        recording, cursor = returning or (None, 0)
        dragged = dragged and recording is None
        self.run = self.trainer.start(experiment, recording, waits=dragged)
        if recording and not recording.kept_epochs():  # its last weights gave way just now
            recording, cursor = None, 0
            self.run = self.trainer.start(experiment)
        self.model.recording = self.run.recording
        self._seen = ()
        self._target = None
        self._asked = ()
        self._answered = None
        self._slow, self._unseen, self.incident = False, (), None
        cursor = recording.nearest(cursor) if recording else 0
        self._rebase(cursor)
        self.model.cursor = cursor
        self.model.cursor_changed.emit(cursor)
        self.model.set_phase(Phase.IDLE if self.trainer.ready.is_set() else Phase.LOADING)
        if recording:
            self.model.set_phase(self._resting_phase())
        if dragged:
            self._look_at_prober()  # what is there already would be dropped
            self._ask_for_sketch()
        self._set_pace()

    def _can_sketch(self) -> bool:
        experiment = self.model.experiment
        stacked = experiment.parameter_count * len(experiment.lanes)
        return self.trainer.ready.is_set() and stacked <= LARGEST_SKETCH

    def _ask_for_sketch(self) -> None:
        from initviz.engine import sketch_samples  # loaded: the trainer is ready

        experiment, recording = self.model.experiment, self.model.recording
        cell = experiment.parameter_count * len(experiment.lanes)
        grid = max(min(SKETCH_GRID, int(math.sqrt(SKETCH_WORK / cell))), COARSEST_GRID)
        grid = grid if Part.BOUNDARY in self.drawn else 0
        samples = sketch_samples(experiment)
        wanted = Wanted(grid, self.drawn, self.model.focus, fine=False, samples=samples)
        self.prober.ask(Request(recording, 0, wanted, sketch=True))

    def look(self) -> None:
        """One look at both threads."""
        self._look_at_trainer()
        self._look_at_prober()
        self._set_pace()

    def _set_pace(self) -> None:
        pace = FRAME_MS
        if self.model.phase is Phase.TRAINING:
            pace = FAST_FRAME_MS if math.isinf(self.speed) else PLAYING_MS
        waiting = self._target is not None or self._aside is not None
        waiting = waiting or not (len(self.model.recording) and self.prober.idle)
        if waiting and self.model.phase in (Phase.IDLE, Phase.PAUSED, Phase.FINISHED):
            pace = WAITING_MS
        if self._timer.interval() != pace:
            self._timer.setInterval(pace)

    def _look_at_trainer(self) -> None:
        run, model = self.run, self.model
        if run.goal < 0 and time.monotonic() - self._edited > REST:
            self.trainer.set_goal(0)
        error = run.error  # read first: all epochs before it are there then
        seen = len(run.recording), run.trained, run.catching_up
        if seen != self._seen:
            self._seen = seen
            self.recorded.emit()
        if error is not None:
            self._target = None
            self._unseen, self.incident = (), run.incident
            model.set_phase(Phase.FAILED, f"The training stopped{why(error)}")
            return
        if model.phase is Phase.LOADING and len(run.recording):
            model.set_phase(Phase.IDLE)
        if self._target is not None and run.recording.last >= self._target:
            target, self._target = self._target, None
            self._last_move = time.monotonic()
            model.set_cursor(target)
            model.set_phase(self._resting_phase())
        if model.phase is Phase.TRAINING:
            self._advance(run)

    def _advance(self, run: Run) -> None:
        model = self.model
        last, end = run.recording.last, model.experiment.epochs
        if math.isinf(self.speed):
            # What is recorded already is shown in at most two seconds; the rest as it comes.
            stride = max(1, last // 30, run.recording.stride)
            here = last if last - model.cursor <= stride else model.cursor + stride
            here = min(here, max(end, model.cursor))
            ahead = end
        else:
            began, origin = self._origin
            due = origin + int((time.monotonic() - began) * self.speed)
            here = min(due, last, max(end, model.cursor))
            if due > last:
                self._rebase(last)  # the training is slower than the wish: no catching up later
            ahead = min(end, here + max(2, round(self.speed * 0.2)))
            if run.trained < last:  # what comes next can be trained while the known is shown
                ahead = min(end, max(ahead, last + 1))
        self.trainer.set_goal(max(ahead, last if math.isinf(self.speed) else 0))
        if here != model.cursor:
            self._last_move = time.monotonic()
            model.set_cursor(here)
        if here >= end:
            self.trainer.set_goal(last)
            model.set_phase(Phase.FINISHED)

    def _look_at_prober(self) -> None:
        result = self.prober.take()
        snapshot = self._receive(result) if result is not None else None
        self._ask()  # first: the next is probed while this one is drawn
        if snapshot is not None:
            assert result is not None
            self.snapshot = snapshot
            self.shown.emit(snapshot)
            if result.request.judged:
                self._judged = time.monotonic()
                self.judged.emit(snapshot)

    def _ask(self) -> None:
        recording = self.model.recording
        if self._aside is not None:
            # Nothing else meanwhile: where probes are slow, what is played would never let it in.
            if self.prober.idle:
                self.prober.ask(self._aside[0])
            return
        if not len(recording) or self._unseen == self._sight(recording, self.model.cursor):
            return
        grid, rests = self._grid() if Part.BOUNDARY in self.parts else 0, self._resting
        wanted = Wanted(grid, self.parts, self.model.focus, rests)
        wish = (recording, self.model.cursor, wanted, recording.last)
        if wish == self._asked:
            return
        self._asked = wish
        # What is only judged costs no frame its time.
        due = self.model.phase is not Phase.TRAINING
        due = due or time.monotonic() - self._judged > JUDGING_SECONDS
        if not due:
            wanted = replace(wanted, parts=self.drawn)
        self.prober.ask(Request(recording, self.model.cursor, wanted, judged=due))

    def _receive(self, result: Result) -> Snapshot | None:
        """Take note of a result; returns what is to be drawn."""
        if self._aside is not None and result.request is self._aside[0]:
            (_, then), self._aside = self._aside, None
            then(result.snapshot)
            return None
        if result.request.sketch:
            # Of this drag, if not of its newest edit; and only until the real epoch 0 is there.
            return None if len(self.model.recording) else result.snapshot
        if result.request.recording is not self.model.recording:
            return None
        if result.error is not None:
            self._probe_failed(result.request, result.error, result.incident)
            return None
        if self._unseen and self.run.error is None:  # another epoch can be seen
            self._unseen, self.incident = (), None
            self.model.set_phase(Phase.IDLE)
            self.model.set_phase(self._resting_phase())
        if result.request.wanted.grid <= PLAYING_GRID and not self._slow:
            self._slow = result.seconds > SLOW_PROBE
        self._answered = result.request
        return result.snapshot

    def _probe_failed(
        self, request: Request, error: BaseException, incident: Incident | None
    ) -> None:
        # It would fail again, thirty times a second.
        self._unseen = self._sight(request.recording, request.epoch)
        self.trainer.set_goal(self.model.recording.last)
        if self.run.error is not None:
            return  # which has been said, and explains it
        self.incident = incident
        shown = self.snapshot
        stale = ""
        if shown is not None:
            old = "another run" if shown.experiment != request.recording.experiment else (
                f"epoch {shown.epoch}"
            )  # fmt: skip
            stale = f" What is drawn is still {old}."
        what = f"Epoch {request.epoch} cannot be drawn{why(error)}"
        self.model.set_phase(Phase.FAILED, f"{what}{stale}")

    def _sight(self, recording: Recording, epoch: int) -> tuple[object, ...]:
        """What is looked at, however finely."""
        return recording, epoch, self.parts, self.model.focus

    @property
    def rests(self) -> bool:
        """Whether the finest picture of the present epoch is there, with all that is wanted."""
        answered = self._answered
        if answered is None or answered.wanted.parts != self.parts or not self.prober.idle:
            return False
        if answered.recording is not self.model.recording:
            return False
        return answered.wanted.fine and answered.epoch == self.model.cursor

    @property
    def _resting(self) -> bool:
        """Whether the picture has stood still for a while."""
        if self.model.phase is Phase.TRAINING or self._target is not None:
            return False
        return time.monotonic() - self._last_move > PATIENCE

    def _grid(self) -> int:
        """Cells on a side: few while the picture moves, more when it rests."""
        resting = self._resting
        grid, work = (RESTING_GRID, RESTING_WORK) if resting else (PLAYING_GRID, PLAYING_WORK)
        experiment = self.model.experiment
        cell = experiment.parameter_count * len(experiment.lanes)
        grid = min(grid, int(math.sqrt(work / cell)))
        if self._slow and not resting:
            grid //= 2
        return max(grid, COARSEST_GRID)

    def _resting_phase(self) -> Phase:
        if self.model.phase is Phase.FAILED:
            return Phase.FAILED
        if not len(self.model.recording):
            return Phase.LOADING if not self.trainer.ready.is_set() else Phase.IDLE
        if self.model.cursor >= self.model.experiment.epochs:
            return Phase.FINISHED
        return Phase.PAUSED if self.model.recording.last > 0 else Phase.IDLE

    def _rebase(self, epoch: int | None = None) -> None:
        self._last_move = time.monotonic()
        self._origin = (time.monotonic(), self.model.cursor if epoch is None else epoch)


def why(error: BaseException) -> str:
    """How a sentence ends that says what failed: with a foreseen error's own words, or its type."""
    words = " ".join(str(error).split())
    if foreseen(error):
        return f": {words.rstrip('.')}."
    summary = without_home(Incident.of(error).summary)
    return f" for a reason that initviz did not foresee ({summary})."
