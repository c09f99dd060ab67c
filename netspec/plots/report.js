// The moving pictures of a report: raster, traces and connection matrix. No library, no network.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("netspec-data").textContent);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = (x) => (Number.isInteger(x) && Math.abs(x) < 1e9 ? String(x) : Math.abs(x) >= 1e5 || Math.abs(x) < 1e-3 ? x.toExponential(2) : String(+x.toPrecision(4)));
  const text = (s) => { const e = document.createElement("i"); e.textContent = s; return e.innerHTML; };
  const clamp = (x, low, high) => Math.min(Math.max(x, low), high);
  const unpack = (base64, Kind) => {
    const raw = atob(base64), bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    return new Kind(bytes.buffer);
  };
  // First position whose value is not below x.
  const search = (sorted, x) => {
    let low = 0, high = sorted.length;
    while (low < high) { const middle = (low + high) >> 1; if (sorted[middle] < x) low = middle + 1; else high = middle; }
    return low;
  };
  const ticks = (low, high, most) => {
    const rough = (high - low) / most, unit = 10 ** Math.floor(Math.log10(rough));
    const step = unit * [1, 2, 5, 10].find((f) => f * unit >= rough), found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(+(k * step).toPrecision(12));
    return found;
  };

  // What all pictures share: the time shown [ms], the cells selected, the populations in the foreground.
  const duration = (data.raster || data.traces || { duration: 1 }).duration;
  const state = { time: [0, duration], rows: null, mode: "zoom", selection: null, front: null, matrix: null, traces: null };
  window.netspecReport = state;
  const drawings = [];
  const redraw = () => drawings.forEach((draw) => draw());

  // A canvas as sharp as the screen: sized(canvas, height) gives its context, width and height in CSS pixels.
  const sized = (canvas, height) => {
    const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth;
    canvas.style.height = height + "px";
    canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = "12px " + css("--sans"); context.textBaseline = "middle";
    return [context, width, height];
  };
  const timeAxis = (context, box) => {
    const [t0, t1] = state.time;
    context.strokeStyle = css("--line"); context.fillStyle = css("--soft"); context.textAlign = "center";
    context.strokeRect(box.left + .5, box.top + .5, box.width, box.height);
    for (const t of ticks(t0, t1, box.width / 90)) {
      const x = box.left + (t - t0) / (t1 - t0) * box.width;
      context.beginPath(); context.moveTo(x, box.top + box.height); context.lineTo(x, box.top + box.height + 4); context.stroke();
      const half = context.measureText(number(t)).width / 2;
      context.fillText(number(t), Math.min(x, context.canvas.clientWidth - half), box.top + box.height + 13);
    }
    context.textAlign = "right"; context.fillText("time [ms]", box.left + box.width, box.top + box.height + 29);
  };
  // Drag a box: done(from, to, moved) in CSS pixels of the canvas; its corners while it moves.
  const drags = (canvas, done) => {
    let from = null;
    const place = (event) => { const r = canvas.getBoundingClientRect(); return [event.clientX - r.left, event.clientY - r.top]; };
    canvas.addEventListener("pointerdown", (event) => { from = place(event); canvas.setPointerCapture(event.pointerId); });
    canvas.addEventListener("pointermove", (event) => {
      const to = place(event);
      if (from) { redraw(); const c = canvas.getContext("2d"); c.fillStyle = css("--accent"); c.globalAlpha = .18;
        c.fillRect(from[0], from[1], to[0] - from[0], to[1] - from[1]); c.globalAlpha = 1; }
    });
    canvas.addEventListener("pointerup", (event) => {
      if (!from) return;
      const start = from, end = place(event); from = null;
      done(start, end, Math.hypot(end[0] - start[0], end[1] - start[1]) > 5); redraw();
    });
    canvas.addEventListener("pointercancel", () => { from = null; redraw(); });
  };
  const zoomTime = (factor, centre) => {
    const [t0, t1] = state.time, middle = centre ?? (t0 + t1) / 2;
    const width = clamp((t1 - t0) * factor, Math.min(1, duration), duration);
    const start = clamp(middle - (middle - t0) / (t1 - t0) * width, 0, duration - width);
    state.time = [start, start + width]; redraw();
  };
  const panTime = (share) => {
    const width = state.time[1] - state.time[0], start = clamp(state.time[0] + share * width, 0, duration - width);
    state.time = [start, start + width]; redraw();
  };
  const keys = (canvas, reset) => canvas.addEventListener("keydown", (event) => {
    const act = { "+": () => zoomTime(.5), "=": () => zoomTime(.5), "-": () => zoomTime(2), ArrowLeft: () => panTime(-.25),
      ArrowRight: () => panTime(.25), 0: reset, Escape: reset }[event.key];
    if (act) { act(); event.preventDefault(); }
  });

  // Raster
  const raster = data.raster && (() => {
    const { labels, colors, sizes, step } = data.raster, canvas = $("raster");
    const gids = unpack(data.raster.gids, Int32Array), groups = unpack(data.raster.groups, Uint16Array);
    const times = unpack(data.raster.times, Float32Array), rows = unpack(data.raster.rows, Uint32Array);
    const all = [0, gids.length];
    state.rows = all;
    let box = { left: 0, top: 0, width: 1, height: 1 };
    const packed = (color) => { const v = parseInt(color.slice(1), 16); return (255 << 24 | (v & 255) << 16 | (v >> 8 & 255) << 8 | v >> 16) >>> 0; };
    const paints = colors.map(packed);
    const inside = (row, time) => { const s = state.selection; return !s || (row >= s.rows[0] && row < s.rows[1] && time >= s.time[0] && time <= s.time[1]); };
    // Pixels are set one by one: half a million spikes take a few milliseconds.
    const marks = (context, ratio) => {
      const [t0, t1] = state.time, [r0, r1] = state.rows;
      const width = Math.max(1, Math.round(box.width * ratio)), height = Math.max(1, Math.round(box.height * ratio));
      const image = context.createImageData(width, height), pixels = new Uint32Array(image.data.buffer);
      const first = search(times, t0), last = search(times, t1 + 1e-6), few = last - first < 20000;
      const tall = clamp(Math.floor(.8 * height / (r1 - r0)), Math.ceil((few ? 3 : 1) * ratio), Math.ceil(10 * ratio));
      const broad = Math.ceil((few ? 1.5 : 1) * ratio);
      let shown = 0;
      for (let k = first; k < last; k++) {
        const row = rows[k];
        if (row < r0 || row >= r1) continue;
        shown++;
        const group = groups[row], dim = (state.front && !state.front.includes(labels[group])) || !inside(row, times[k]);
        const paint = dim ? (paints[group] & 0xffffff | 0x30000000) >>> 0 : paints[group];
        const x = Math.min(width - broad, Math.floor((times[k] - t0) / (t1 - t0) * width));
        const y = Math.floor((1 - (row + .5 - r0) / (r1 - r0)) * height - tall / 2);
        for (let j = Math.max(0, y); j < Math.min(height, y + tall); j++)
          for (let i = Math.max(0, x); i < x + broad; i++) pixels[j * width + i] = paint;
      }
      context.putImageData(image, Math.round(box.left * ratio), Math.round(box.top * ratio));
      state.shown = shown;
    };
    const draw = () => {
      const [context, width, height] = sized(canvas, clamp(canvas.clientWidth * .55, 260, 460));
      const names = labels.map((l) => context.measureText(l).width), left = clamp(Math.max(...names) + 14, 30, width * .28);
      box = { left, top: 4, width: width - left - 16, height: height - 44 };
      marks(context, window.devicePixelRatio || 1);
      timeAxis(context, box);
      const [r0, r1] = state.rows;
      labels.forEach((label, group) => {
        const first = clamp(groups.indexOf(group), r0, r1), last = clamp(groups.lastIndexOf(group) + 1, r0, r1);
        if (last <= first) return;
        const y = (row) => box.top + (1 - (row - r0) / (r1 - r0)) * box.height;
        context.fillStyle = colors[group]; context.fillRect(box.left - 6, y(last), 4, y(first) - y(last));
        if (y(first) - y(last) < 11) return;
        context.fillStyle = css("--ink"); context.textAlign = "right";
        context.fillText(label, box.left - 10, (y(first) + y(last)) / 2, left - 12);
      });
    };
    const span = (a, b) => {
      const t = (x) => state.time[0] + clamp((x - box.left) / box.width, 0, 1) * (state.time[1] - state.time[0]);
      const r = (y) => state.rows[0] + clamp(1 - (y - box.top) / box.height, 0, 1) * (state.rows[1] - state.rows[0]);
      return { time: [t(a[0]), t(b[0])].sort((p, q) => p - q), rows: [Math.floor(Math.min(r(a[1]), r(b[1]))), Math.ceil(Math.max(r(a[1]), r(b[1])))] };
    };
    const select = (wanted) => {
      state.selection = null;
      if (wanted) {
        const found = new Set(); let spikes = 0;
        for (let k = search(times, wanted.time[0]); k < times.length && times[k] <= wanted.time[1]; k++)
          if (rows[k] >= wanted.rows[0] && rows[k] < wanted.rows[1]) { spikes++; found.add(rows[k]); }
        const cells = Math.max(1, wanted.rows[1] - wanted.rows[0]), seconds = (wanted.time[1] - wanted.time[0]) / 1000;
        state.selection = { ...wanted, spikes, cells, rate: seconds > 0 ? spikes / cells / seconds : 0, gids: [...found].sort((a, b) => a - b).map((row) => gids[row]) };
      }
      const s = state.selection, list = s && s.gids.slice(0, 40).join(", ") + (s.gids.length > 40 ? " ..." : "");
      $("raster-readout").innerHTML = s ? `<b>${s.spikes}</b> spikes of <b>${s.gids.length}</b> among ${s.cells} cells, ${number(s.time[0])} to ${number(s.time[1])} ms: <b>${number(s.rate)} Hz</b>. gid ${list}`
        : "Drag to zoom; switch to Select to count spikes in a box." + (step > 1 ? ` One cell in ${step} is shown.` : "");
      if (traces && s) traces.show(s.gids);
    };
    const reset = () => { state.time = [0, duration]; state.rows = all; state.front = null; select(null); redraw(); };
    drags(canvas, (a, b, moved) => {
      if (!moved) return select(null);
      const wanted = span(a, b);
      if (state.mode === "select") return select(wanted);
      if (wanted.time[1] - wanted.time[0] > 1e-3) state.time = wanted.time;
      // A drag along time, as on a telephone, leaves the rows.
      if (Math.abs(b[1] - a[1]) > 12 && wanted.rows[1] > wanted.rows[0]) state.rows = wanted.rows;
    });
    canvas.addEventListener("dblclick", reset);
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const share = clamp((event.offsetX - box.left) / box.width, 0, 1);
      zoomTime(event.deltaY < 0 ? .8 : 1.25, state.time[0] + share * (state.time[1] - state.time[0]));
    }, { passive: false });
    keys(canvas, reset);
    // A finger that drags up or down scrolls the page, but not while it selects.
    const mode = (name) => { state.mode = name; canvas.style.touchAction = name === "select" ? "none" : ""; for (const m of ["zoom", "select"]) $("raster-" + m).setAttribute("aria-pressed", m === name); };
    $("raster-zoom").onclick = () => mode("zoom"); $("raster-select").onclick = () => mode("select");
    $("raster-in").onclick = () => zoomTime(.5); $("raster-out").onclick = () => zoomTime(2); $("raster-reset").onclick = reset;
    drawings.push(draw);
    return { select, sizes };
  })();

  // Traces: a lane for each cell that is shown
  const traces = data.traces && (() => {
    const { labels, colors, variables } = data.traces, canvas = $("traces"), most = 8;
    for (const cells of Object.values(variables)) for (const cell of cells) {
      cell.time = unpack(cell.time, Float32Array); cell.values = unpack(cell.values, Float32Array);
      cell.label = `${labels[cell.group]} ${cell.gid}${cell.name ? " " + cell.name : ""}`;
    }
    const chosen = () => variables[state.traces.variable].filter((cell) => state.traces.shown.includes(cell.label));
    let box = { left: 60, top: 4, width: 1, height: 1 };
    const curve = (context, cell, top, height, color) => {
      const [t0, t1] = state.time, { time, values } = cell;
      const first = Math.max(0, search(time, t0) - 1), last = Math.min(time.length, search(time, t1) + 1);
      let low = Infinity, high = -Infinity;
      for (let k = first; k < last; k++) { if (values[k] < low) low = values[k]; if (values[k] > high) high = values[k]; }
      if (!(high > low)) { low -= .5; high += .5; }
      const y = (v) => top + height - 6 - (v - low) / (high - low) * (height - 12);
      context.strokeStyle = color; context.lineWidth = 1.2; context.beginPath();
      for (let k = first; k < last; k++) context.lineTo(box.left + (time[k] - t0) / (t1 - t0) * box.width, y(values[k]));
      context.stroke();
      return [low, high];
    };
    const draw = () => {
      const cells = chosen(), lane = cells.length > 4 ? 64 : 92;
      const [context, width, height] = sized(canvas, Math.max(cells.length, 1) * lane + 40);
      box = { left: 60, top: 4, width: width - 76, height: height - 40 };
      timeAxis(context, box);
      context.save(); context.beginPath(); context.rect(box.left, box.top, box.width, box.height); context.clip();
      const limits = cells.map((cell, k) => curve(context, cell, box.top + k * lane, lane, colors[cell.group]));
      context.restore();
      cells.forEach((cell, k) => {
        const top = box.top + k * lane;
        context.fillStyle = css("--soft"); context.textAlign = "right";
        context.fillText(number(limits[k][1]), box.left - 6, top + 8); context.fillText(number(limits[k][0]), box.left - 6, top + lane - 8);
        context.textAlign = "left"; context.strokeStyle = css("--sheet"); context.lineWidth = 4; context.strokeText(cell.label, box.left + 6, top + 10);
        context.fillStyle = css("--ink"); context.fillText(cell.label, box.left + 6, top + 10);
        if (k) { context.strokeStyle = css("--line"); context.lineWidth = 1; context.strokeRect(box.left + .5, top + .5, box.width, 0); }
      });
    };
    const chips = () => {
      $("traces-cells").replaceChildren(...variables[state.traces.variable].map((cell) => {
        const chip = document.createElement("button"); chip.type = "button"; chip.textContent = cell.label;
        chip.setAttribute("aria-pressed", state.traces.shown.includes(cell.label));
        chip.onclick = () => {
          const shown = state.traces.shown;
          state.traces.shown = shown.includes(cell.label) ? shown.filter((l) => l !== cell.label) : [...shown, cell.label].slice(-most);
          chips(); redraw();
        };
        return chip;
      }));
    };
    const open = (variable) => { state.traces = { variable, shown: variables[variable].slice(0, 4).map((c) => c.label) }; chips(); redraw(); };
    const show = (gids) => {
      const own = variables[state.traces.variable].filter((cell) => gids.includes(cell.gid)).slice(0, most);
      if (own.length) { state.traces.shown = own.map((cell) => cell.label); chips(); }
    };
    const reset = () => { state.time = [0, duration]; redraw(); };
    drags(canvas, (a, b, moved) => {
      const t = (x) => state.time[0] + clamp((x - box.left) / box.width, 0, 1) * (state.time[1] - state.time[0]);
      const span = [t(a[0]), t(b[0])].sort((p, q) => p - q);
      if (moved && span[1] - span[0] > 1e-3) state.time = span;
    });
    canvas.addEventListener("dblclick", reset); keys(canvas, reset);
    canvas.addEventListener("pointermove", (event) => {
      const time = state.time[0] + clamp((event.offsetX - box.left) / box.width, 0, 1) * (state.time[1] - state.time[0]);
      const values = chosen().map((cell) => `${text(cell.label)} <b>${number(cell.values[Math.min(search(cell.time, time), cell.values.length - 1)])}</b>`);
      $("traces-readout").innerHTML = `<b>${number(time)} ms</b> ${values.join(", ")}`;
    });
    $("traces-variable").onchange = (event) => open(event.target.value);
    state.traces = { variable: Object.keys(variables)[0], shown: [] };
    open(state.traces.variable);
    drawings.push(draw);
    return { show };
  })();

  // Matrix
  if (data.matrix) {
    const { pre, post, features } = data.matrix, canvas = $("matrix"), readout = $("matrix-readout");
    state.matrix = { feature: Object.keys(features)[0], hover: null };
    let box = { left: 0, top: 0, cell: 1, wide: 1 };
    const draw = () => {
      const { values } = features[state.matrix.feature], most = Math.max(...values.flat()) || 1;
      let context = canvas.getContext("2d"); context.font = "12px " + css("--sans");
      const longest = (names) => Math.max(...names.map((name) => context.measureText(name).width));
      const left = clamp(longest(pre) + 12, 24, canvas.clientWidth * .35), slanted = longest(post) + 8 > (canvas.clientWidth - left) / post.length;
      const top = slanted ? clamp(longest(post) + 12, 24, 130) : 24, wide = (canvas.clientWidth - left - 6) / post.length;
      const cell = clamp(wide, 4, Math.max(34, 330 / pre.length));
      let width, height;
      [context, width, height] = sized(canvas, top + cell * pre.length + 4);
      box = { left, top, cell, wide };
      values.forEach((row, i) => row.forEach((value, j) => {
        const x = left + j * wide, y = top + i * cell;
        context.globalAlpha = value > 0 ? .08 + .92 * value / most : 0; context.fillStyle = css("--accent");
        context.fillRect(x, y, wide - 1, cell - 1); context.globalAlpha = 1;
        if (value > 0 && wide > 44 && cell > 16) {
          context.fillStyle = value / most > .55 ? css("--sheet") : css("--ink"); context.textAlign = "center";
          context.fillText(number(value), x + wide / 2, y + cell / 2, wide - 4);
        }
      }));
      context.strokeStyle = css("--line"); context.strokeRect(left - .5, top - .5, wide * post.length, cell * pre.length);
      context.fillStyle = css("--ink"); context.textAlign = "right";
      if (cell > 10) pre.forEach((name, i) => context.fillText(name, left - 8, top + (i + .5) * cell, left - 10));
      if (wide > 10) post.forEach((name, j) => {
        context.save(); context.translate(left + (j + .5) * wide, top - 8); context.textAlign = slanted ? "left" : "center";
        if (slanted) context.rotate(-Math.PI / 2); context.fillText(name, 0, slanted ? 0 : -4, slanted ? top - 10 : wide); context.restore();
      });
      if (state.matrix.hover) {
        const [i, j] = state.matrix.hover; context.strokeStyle = css("--ink"); context.lineWidth = 1.5;
        context.strokeRect(left + j * wide - .5, top + i * cell - .5, wide, cell); context.lineWidth = 1;
      }
    };
    const at = (event) => {
      const j = Math.floor((event.offsetX - box.left) / box.wide), i = Math.floor((event.offsetY - box.top) / box.cell);
      return i >= 0 && j >= 0 && i < pre.length && j < post.length ? [i, j] : null;
    };
    canvas.addEventListener("pointermove", (event) => {
      const here = at(event), feature = features[state.matrix.feature]; state.matrix.hover = here; draw();
      readout.innerHTML = here ? `${text(pre[here[0]])} to ${text(post[here[1]])}: <b>${number(feature.values[here[0]][here[1]])}</b> ${text(feature.unit || "")} ${text(feature.text)}` : "";
    });
    canvas.addEventListener("pointerleave", () => { state.matrix.hover = null; draw(); });
    canvas.addEventListener("click", (event) => { const here = at(event); state.front = here && [pre[here[0]], post[here[1]]]; redraw(); });
    $("matrix-feature").onchange = (event) => { state.matrix.feature = event.target.value; draw(); };
    drawings.push(draw);
  }

  // The model, to be taken out
  const model = $("netspec-model"), button = $("download");
  if (model && button) button.onclick = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([model.textContent], { type: "application/json" }));
    link.download = button.dataset.name; link.click(); URL.revokeObjectURL(link.href);
  };

  if (raster) raster.select(null);
  redraw();
  window.addEventListener("resize", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
})();
