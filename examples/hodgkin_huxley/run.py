"""Draw what a current does to the squid's axon. See README.md; the tutorial is the notebook beside it."""

from pathlib import Path

import hodgkin_huxley

from netspec import sim

results = hodgkin_huxley.simulate()
if sim.rank == 0:
    hodgkin_huxley.draw(results).savefig(Path(__file__).with_name("hodgkin_huxley.png"), dpi=80)
    print(f"Spikes: {len(results.spikes)}")
