"""Views: one plot a file, over one small base. Add a view by adding it to ``VIEWS``."""

from initviz.views.activations import ActivationView
from initviz.views.base import View
from initviz.views.boundary import BoundaryView
from initviz.views.gradients import GradientView
from initviz.views.heatmap import HeatmapView
from initviz.views.history import HistoryView
from initviz.views.maps import MapView
from initviz.views.movement import MovementView
from initviz.views.network import NetworkView
from initviz.views.samples import SamplesView
from initviz.views.similarity import SimilarityView
from initviz.views.spectra import SpectrumView
from initviz.views.weights import DistributionView

VIEWS: dict[str, type[View]] = {
    view.name: view
    for view in (
        BoundaryView, ActivationView, GradientView, HistoryView,
        NetworkView, HeatmapView, SimilarityView, SamplesView,
        MapView, DistributionView, MovementView, SpectrumView,
    )
}  # fmt: skip
