"""python run_neurodamus.py CONFIG: spike times [ms] that neurodamus finds, as the last line."""

import json
import sys

from neurodamus import Neurodamus

simulation = Neurodamus(sys.argv[1])
simulation.run()
print("\n" + json.dumps([time for times, _ in simulation._spike_vecs for time in times]))
