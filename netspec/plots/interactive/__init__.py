"""Pictures for the browser under NetPyNE's `iplot` names; bokeh is imported when one is drawn."""

from netspec.plots.interactive import fields, network, spikes
from netspec.plots.interactive.views import linked

__all__ = ["fields", "linked", "network", "spikes"]
