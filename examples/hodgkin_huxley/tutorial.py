# %% [markdown]
# # How an axon fires: Hodgkin and Huxley's model, with sliders
#
# In 1952 Alan Hodgkin and Andrew Huxley described how the giant axon of the squid makes a spike. A patch of its membrane stores charge, and lets
# three currents through:
#
# $$C \frac{dV}{dt} = I - \bar g_{Na}\, m^3 h\, (V - E_{Na}) - \bar g_K\, n^4\, (V - E_K) - g_{leak}\, (V - E_{leak})$$
#
# The gates $m$, $h$ and $n$ are shares of open gates, from 0 to 1. Each follows the potential in its own time:
# $\dfrac{dm}{dt} = \alpha_m(V)\,(1 - m) - \beta_m(V)\, m$, and so for the others. $m$ is fast and opens sodium channels; $h$ is slow and closes them;
# $n$ is slow and opens potassium channels.
#
# You need nothing but this notebook: run its cells from above with shift and return.

# %%
# %matplotlib inline
import hodgkin_huxley as axon

# %% [markdown]
# ## The model is two dictionaries
#
# One says what there is, the other how to run it and what to record.

# %%
from pprint import pprint

network, config = axon.from_dictionaries(**axon.DEFAULTS)
pprint(network, width=100)

# %% [markdown]
# ## One run
#
# From 5 ms on, 10 µA/cm² flow into the cell. Above: the potential. In the middle: the gates. Below: the currents; those out of the cell point up.

# %%
results = axon.simulate()
axon.draw(results)

# %% [markdown]
# * Follow one spike from the left. Which gate moves first? Which current makes the potential rise, which one makes it fall?
# * Why does the sodium current have a notch at the top of the spike? (Compare $m$, $h$ and $V - E_{Na}$, with $E_{Na}$ = 50 mV.)
#
# ## Now you
#
# Drag a slider and let go: the run takes a hundredth of a second. The buttons above them say how the model is written; all ways give the same curves.

# %%
axon.panel()

# %% [markdown]
# Try:
#
# 1. **Threshold.** Find the smallest current that makes one spike, and the smallest that makes the axon fire again and again.
# 2. **All or none.** Is a spike higher when the current is larger?
# 3. **Too much.** Set 60 µA/cm². Why is there only one spike? Look at $h$.
# 4. **Poisons.** Tetrodotoxin blocks sodium channels: set g_Na to 0. TEA blocks potassium channels: set g_K to 5.
# 5. **Warmth.** All gates get three times as fast for 10 °C. What happens to the spike at 20 °C, and at 30 °C?
# 6. **Rebound.** Set the current to -10 µA/cm² and let it end at 20 ms. Why is there a spike when nothing flows?
#
# ## The same axon in NeuroML
#
# [`axon.cell.nml`](axon.cell.nml) says the same in a format that other simulators read, too: a cell, and each channel with its gates and the formulas of their rates.
# `netspec.formats.neuroml.cell` makes of it an entry of `cellParams`, and a file for NEURON of each channel. This is what the switch above the sliders runs.

# %%
cell = axon.from_neuroml(**axon.DEFAULTS)[0]["cellParams"]["axon"]
pprint(cell, width=100)

# %%
in_neuroml = axon.simulate("NeuroML")
apart = abs(in_neuroml.spikes["time"] - results.spikes["time"]).max()
print(f"{len(in_neuroml.spikes)} spikes; those of the dictionaries are at most {apart:.2f} ms away")

# %% [markdown]
# ## Rate and current
#
# The same function, called for many currents:

# %%
from matplotlib.figure import Figure

currents = range(0, 61, 2)
spikes = {
    warmth: [len(axon.simulate(current=i, celsius=warmth).spikes) for i in currents] for warmth in (6.3, 12)
}

figure = Figure(figsize=(6, 3), layout="constrained")
axes = figure.subplots()
for warmth, counts in spikes.items():
    axes.plot(currents, counts, marker="o", markersize=3, label=f"{warmth} °C")
axes.set(xlabel="current [µA/cm²]", ylabel="spikes in 40 ms")
axes.legend(frameon=False)
figure

# %% [markdown]
# The axon is silent, then at once fires fast: its rate does not start from zero. And beyond some current it is silent again.
#
# ## What next
#
# * Everything that was recorded can go to other tools: `results.to_pandas()`, `results.to_neo()`, `results.to_nwb("axon.nwb")`.
# * [A first network](../first_network/first_network.ipynb) connects such cells.
#
# > A. L. Hodgkin and A. F. Huxley, *A quantitative description of membrane current and its application to conduction and excitation in nerve*, Journal of Physiology
# > 117:500-544 (1952).
