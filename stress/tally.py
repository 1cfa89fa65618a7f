"""What was tried, what survived, and what was lost."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_TOLD = 40
"""Losses that are told one by one."""


@dataclass
class Tally:
    """The outcome of one subject.

    Attributes:
        title: what was tried, with its seed and size: enough to try it again.
        tried: how often, by kind.
        losses: one sentence for each time that something broke, with what repeats it.
        figures: what was measured meanwhile, by name.
    """

    title: str
    tried: dict[str, int] = field(default_factory=dict)
    losses: list[str] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)

    def count(self, kind: str, times: int = 1) -> None:
        self.tried[kind] = self.tried.get(kind, 0) + times

    @property
    def lost(self) -> int:
        return len(self.losses)

    def text(self) -> str:
        lines = [self.title, *(f"  {kind}: {times:,}" for kind, times in self.tried.items())]
        lines += [f"  {name}: {value}" for name, value in self.figures.items()]
        total = sum(self.tried.values())
        lines.append(f"tried {total:,}, survived {max(total - self.lost, 0):,}, lost {self.lost:,}")
        lines += [f"  LOST {loss}" for loss in self.losses[:MOST_TOLD]]
        if self.lost > MOST_TOLD:
            lines.append(f"  … and {self.lost - MOST_TOLD:,} more")
        return "\n".join(lines)
