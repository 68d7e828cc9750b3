// The plane of features: cells, centroids and points of both heads, what can be dragged, and the numbers beside it.
function startPlane(M, data, networks) {
  const d = 2, whole = new Float64Array([0, 0, 1, 0, 0, 1]);
  const softmax = networks.find((network) => network.head === "softmax");
  const gauss = networks.find((network) => network.head !== "softmax");
  element("softmax-panel").hidden = !softmax;
  element("gauss-panel").hidden = !gauss;
  for (const id of ["alpha", "bias", "null"]) element(id).parentElement.hidden = !softmax;
  for (const id of ["no-bias", "solve", "break", "lift-panel", "dragging"]) element(id).hidden = !softmax;
  element("gamma").parentElement.hidden = !gauss;
  const all = data.classes.map((_, k) => k);
  let active = all, chosen = 0, point = null, said = "";
  const views = [];  // one a head: what it draws, and how the pointer moves it

  const rowsOf = (array, width) => Float64Array.from(active.flatMap((k) => [...array.subarray(k * width, k * width + width)]));
  const putRows = (from, array, width) =>
    active.forEach((k, i) => array.set(from.subarray(i * width, i * width + width), k * width));
  const position = (k) => active.indexOf(k);

  // The points whose classes take part: { x (n, 2), labels (as positions in active), n, index (in the data) }
  function pointsOf(network) {
    const index = data.labels.map((_, i) => i).filter((i) => active.includes(data.labels[i]));
    const x = Float64Array.from(index.flatMap((i) => [network.features[2 * i], network.features[2 * i + 1]]));
    return { x, labels: Int32Array.from(index, (i) => position(data.labels[i])), n: index.length, index };
  }

  // A square that holds the middle of the points, and the centroids.
  function windowOf(points, centroids) {
    const ends = [0, 1].map((axis) => {
      const values = Array.from({ length: points.n }, (_, i) => points.x[2 * i + axis]).sort((a, b) => a - b);
      const cut = Math.floor(values.length / 200), inside = values.slice(cut, values.length - cut);
      for (let i = axis; i < centroids.length; i += 2) inside.push(centroids[i]);
      return [Math.min(...inside), Math.max(...inside)];
    });
    const side = 1.15 * Math.max(...ends.map(([low, high]) => high - low)) || 1;
    return new Float64Array([(ends[0][0] + ends[0][1] - side) / 2, (ends[1][0] + ends[1][1] - side) / 2, side]);
  }

  // --- The softmax layer: W and b of the classes that take part, and what is claimed to be its centroids.
  const layer = {};
  function resetSoftmax() {
    if (!softmax) return;
    Object.assign(layer, { w: rowsOf(softmax.rows, 2), b: rowsOf(softmax.numbers, 1), broken: false, follow: true, along: 0 });
    layer.points = pointsOf(softmax);
    // Any temperature gives the same cells: this one spreads the centroids like the points.
    const spread = (x) => {
      const n = x.length / 2, mean = [0, 1].map((axis) => x.reduce((s, v, i) => s + (i % 2 === axis ? v : 0), 0) / n);
      return Math.sqrt(x.reduce((s, v, i) => s + (v - mean[i % 2]) ** 2, 0) / n);
    };
    layer.start = layer.alpha = spread(layer.points.x) / spread(layer.w) || 1;
    layer.v = new Float64Array(2);
    settle();
    layer.window = windowOf(layer.points, flat());
  }
  const flat = () => Float64Array.from(layer.z.filter((_, i) => i % 3 < 2));

  // Centroids and sphere from W, b, alpha and v; v from T1 where it has one and nobody moved it.
  function settle() {
    const c = active.length, found = new Float64Array(2 * d + 3);
    M.shift(c, d, layer.w, layer.b, layer.alpha, out(found));
    layer.solvable = found[2] === 1;
    layer.centre = found[4] === 1 ? found.slice(5) : null;
    layer.free = new Float64Array(d);
    M.null_direction(c, d, layer.w, out(layer.free));
    if (layer.follow) {
      layer.base = layer.solvable ? found.slice(0, 2) : new Float64Array(2);
      layer.v = layer.base.map((value, i) => value + layer.along * layer.free[i]);
    }
    if (layer.broken) return;
    layer.z = new Float64Array(3 * c);
    M.lifted(c, d, layer.w, layer.b, layer.alpha, layer.v, out(layer.z));
  }

  function moveSoftmax(i, x, y) {
    layer.moved = true;
    const { w, b, z, v, alpha } = layer;
    if (layer.broken) {
      z[3 * i] = x;
      z[3 * i + 1] = y;
      return;
    }
    const mode = document.querySelector("input[name=drag]:checked").value;
    const part = (k) => b[k] + alpha / 2 * (w[2 * k] ** 2 + w[2 * k + 1] ** 2) + w[2 * k] * v[0] + w[2 * k + 1] * v[1];
    if (mode === "shift") {
      layer.follow = false;
      v[0] += x - z[3 * i];
      v[1] += y - z[3 * i + 1];
    } else {
      const before = part(i);
      w[2 * i] = (x - v[0]) / alpha;
      w[2 * i + 1] = (y - v[1]) / alpha;
      if (mode === "centroid") b[i] += before - part(i);  // T1's equation stays as it was: so does the lift
    }
    settle();
  }

  // --- The Gauss layer.
  const islands = {};
  function resetGauss() {
    if (!gauss) return;
    Object.assign(islands, { z: rowsOf(gauss.rows, 2), gamma: rowsOf(gauss.numbers, 1), points: pointsOf(gauss) });
    islands.window = windowOf(islands.points, islands.z);
  }

  // --- Drawing.
  function groundInto(view, grid) {
    const bytes = new Uint8Array(grid * grid * 3);
    view.ground(grid, bytes);
    const line = matchMedia("(prefers-color-scheme: dark)").matches ? 235 : 40;
    const picture = new ImageData(grid, grid), pixels = picture.data;
    for (let i = 0; i < grid * grid; ++i) {
      const [label, confidence, nearest] = [bytes[3 * i], bytes[3 * i + 1], bytes[3 * i + 2]];
      const edge = (i % grid > 0 && bytes[3 * i - 1] !== nearest) || (i >= grid && bytes[3 * (i - grid) + 2] !== nearest);
      const colour = rgb[active[label] % rgb.length];
      for (let k = 0; k < 3; ++k) pixels[4 * i + k] = edge ? line : colour[k];
      pixels[4 * i + 3] = edge ? 200 : 25 + 115 * confidence / 255;
    }
    const small = document.createElement("canvas");
    small.width = small.height = grid;
    small.getContext("2d").putImageData(picture, 0, 0);
    return small;
  }

  function draw(view, grid) {
    const { context, size } = sharp(view.canvas), [left, bottom, side] = view.state.window;
    const across = (x) => size * (x - left) / side, down = (y) => size * (1 - (y - bottom) / side);
    context.imageSmoothingEnabled = false;
    context.drawImage(groundInto(view, grid), 0, 0, size, size);
    const { points } = view.state;
    for (let i = 0; i < points.n; ++i) {
      context.fillStyle = colourOf(active[points.labels[i]]);
      context.beginPath();
      context.arc(across(points.x[2 * i]), down(points.x[2 * i + 1]), 1.7, 0, 7);
      context.fill();
    }
    const text = styled("--text"), page = styled("--page");
    context.strokeStyle = text;
    view.extras(context, across, down, size / side);
    if (point !== null) {
      const at = view.at(point);
      const from = view.apex();
      context.setLineDash([5, 4]);
      context.beginPath();
      context.moveTo(across(from[0]), down(from[1]));
      context.lineTo(across(from[0] + 50 * (at[0] - from[0])), down(from[1] + 50 * (at[1] - from[1])));
      context.stroke();
      context.setLineDash([]);
      ring(context, across(at[0]), down(at[1]), 5, styled("--mark"), text);
    }
    if (view.walk) {
      context.strokeStyle = styled("--mark");
      context.lineWidth = 2;
      context.beginPath();
      view.walk.forEach(([x, y]) => context.lineTo(across(x), down(y)));
      context.stroke();
      const [x, y] = view.walk[view.walk.length - 1];
      ring(context, across(x), down(y), 7, styled("--mark"), page);
    }
    context.font = "13px system-ui, sans-serif";
    context.textAlign = "center";
    view.centroids().forEach(([x, y], i) => {
      ring(context, across(x), down(y), active[i] === chosen ? 9 : 6, colourOf(active[i]), text);
      context.strokeStyle = page;
      context.lineWidth = 3;
      context.strokeText(data.classes[active[i]], across(x), down(y) - 12);
      context.fillStyle = text;
      context.fillText(data.classes[active[i]], across(x), down(y) - 12);
    });
  }

  function ring(context, x, y, radius, fill, stroke) {
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.fillStyle = fill;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = stroke;
    context.stroke();
  }

  if (softmax)
    views.push({
      canvas: element("softmax-plane"), network: softmax, state: layer, move: moveSoftmax,
      ground: (grid, bytes) => M.softmax_ground(active.length, d, layer.w, layer.b, layer.alpha, layer.z, whole, layer.window, grid, out(bytes)),
      centroids: () => active.map((_, i) => [layer.z[3 * i], layer.z[3 * i + 1]]),
      confidences: (x, n, found) => M.softmax_at(active.length, d, layer.w, layer.b, n, x, out(new Float64Array(found.length)), out(found)),
      at: (i) => [softmax.features[2 * i], softmax.features[2 * i + 1]],
      apex: () => layer.centre ? [-layer.centre[0], -layer.centre[1]] : [0, 0],
      extras: (context, across, down, scale) => {
        if (!layer.centre) return;
        const [x, y] = [across(-layer.centre[0]), down(-layer.centre[1])];
        context.lineWidth = 1.5;
        context.beginPath();
        context.arc(x, y, scale * layer.facts[10], 0, 7);
        context.moveTo(x - 5, y - 5); context.lineTo(x + 5, y + 5);
        context.moveTo(x - 5, y + 5); context.lineTo(x + 5, y - 5);
        context.stroke();
      },
    });
  if (gauss)
    views.push({
      canvas: element("gauss-plane"), network: gauss, state: islands,
      move: (i, x, y) => { islands.z[2 * i] = x; islands.z[2 * i + 1] = y; },
      ground: (grid, bytes) => M.gauss_ground(active.length, d, islands.z, islands.gamma, whole, islands.window, grid, out(bytes)),
      centroids: () => active.map((_, i) => [islands.z[2 * i], islands.z[2 * i + 1]]),
      confidences: (x, n, found) => M.gauss_at(active.length, d, islands.z, islands.gamma, n, x, out(new Float64Array(found.length)), out(found)),
      at: (i) => [gauss.features[2 * i], gauss.features[2 * i + 1]],
      apex: () => [0, 0],
      extras: () => {},
    });

  // --- Numbers.
  function fill(table, rows) {
    table.replaceChildren(...rows.map(([name, value, key, bad]) => {
      const row = table.ownerDocument.createElement("tr"), [head, cell] = [document.createElement("th"), document.createElement("td")];
      head.textContent = name;
      head.scope = "row";
      cell.textContent = value;
      if (key) cell.dataset.number = key;
      if (bad) cell.className = "bad";
      row.append(head, cell);
      return row;
    }));
  }

  function measure(moving) {
    const c = active.length, concerns = (network) => network && (!moving || moving.network === network);
    if (concerns(softmax)) {
      const facts = layer.facts = new Float64Array(12), { x, labels, n } = layer.points;
      M.softmax_facts(c, d, layer.w, layer.b, layer.alpha, layer.z, layer.centre ?? new Float64Array(d), n, x, labels, out(facts));
      const failed = facts[0] > 1e-9;
      element("softmax-numbers").dataset.facts = facts.join(" ");
      fill(element("softmax-numbers"), [
        [layer.solvable && layer.follow ? "T1: logits and distances differ by" : "T2: logits and lifted distances differ by", shown(facts[0]), "residual", failed],
        ["Nearest centroid is not the class", `${facts[1]} of ${n}`, "mismatches", facts[1] > 0],
        ["k-means objective", shown(facts[2])],
        ["T3: moving a point costs at least", shown(facts[3])],
        ["T4: cross-entropy = own", shown(facts[4])], ["+ from the mean", shown(facts[5])],
        ["+ variance", shown(facts[6])], ["+ entropy", shown(facts[7])],
        ["= sum; itself", shown(facts[4] + facts[5] + facts[6] + facts[7]) + "; " + shown(facts[8])],
        [layer.centre ? "Distances from × differ by" : "No common distance: the bias is not W p + β", layer.centre ? shown(facts[9]) : "-"],
        ["Classified correctly", percent(facts[11])]]);
      drawBars(element("lift"), active.map((k, i) => ({ name: data.classes[k], value: layer.z[3 * i + 2] < 1e-6 ? 0 : layer.z[3 * i + 2] })));
    }
    if (concerns(gauss)) {
      const facts = new Float64Array(3), { x, labels, n } = islands.points;
      M.gauss_facts(c, d, islands.z, islands.gamma, n, x, labels, out(facts));
      fill(element("gauss-numbers"), [
        ["Nearest centroid is not the class", `${facts[0]} of ${n}`],
        ["k-means objective", shown(facts[1])],
        ["γ, from", `${shown(Math.min(...islands.gamma))} to ${shown(Math.max(...islands.gamma))}`],
        ["Classified correctly", percent(facts[2])]]);
    }
  }

  function tellPoint() {
    const panel = element("point");
    if (point === null || !active.includes(data.labels[point])) {
      point = null;
      panel.textContent = "Click a point in a plane: what moving it costs, and the confidence along the ray through it.";
      element("costs").replaceChildren();
      sharp(element("ray"));
      return;
    }
    panel.textContent = `Number ${point}, ${data.classes[data.labels[point]]}. Along its ray, s times as far, up to 20:`;
    drawRay();
    if (!softmax) return;
    const costs = new Float64Array(active.length);
    M.move_costs(active.length, d, layer.alpha, layer.z, new Float64Array(views[0].at(point)), out(costs));
    drawBars(element("costs"), active.map((k, i) => ({ name: "k-means pays, to " + data.classes[k], value: costs[i] })));
  }

  // The largest confidence at apex + s (x - apex), s from 0 to 20, of both heads.
  function drawRay() {
    const { context, size, height } = sharp(element("ray")), steps = 120, most = 20;
    views.forEach((view, number) => {
      const from = view.apex(), at = view.at(point), c = active.length;
      const x = Float64Array.from({ length: 2 * steps }, (_, i) =>
        from[i % 2] + most * Math.floor(i / 2) / (steps - 1) * (at[i % 2] - from[i % 2]));
      const found = new Float64Array(steps * c);
      view.confidences(x, steps, found);
      context.strokeStyle = context.fillStyle = styled(number ? "--other" : "--bar");
      context.lineWidth = 2;
      context.beginPath();
      for (let i = 0; i < steps; ++i)
        context.lineTo(8 + (size - 16) * i / (steps - 1), height - 22 - (height - 44) * Math.max(...found.subarray(i * c, i * c + c)));
      context.stroke();
      context.font = "13px system-ui, sans-serif";
      context.textAlign = "left";
      context.fillText(`${view.network.head}: ${percent(Math.max(...found.subarray((steps - 1) * c)))} at 20`, 8 + 190 * number, 15);
    });
    context.fillStyle = styled("--quiet");
    context.fillText("0", 8, height - 5);
    context.textAlign = "right";
    context.fillText("20 times", size - 8, height - 5);
  }

  function showControls() {
    const i = position(chosen);
    if (softmax) {
      element("alpha").value = 50 * Math.log10(layer.alpha / layer.start);
      element("bias").value = layer.b[i] / biasStep();
      element("null").disabled = !layer.free.some((value) => value !== 0) || !layer.follow;
      element("null").value = 100 * layer.along / layer.window[2];
      document.querySelector("output[for=alpha]").value = shown(layer.alpha);
      document.querySelector("output[for=bias]").value = shown(layer.b[i]);
      document.querySelector("output[for=null]").value = element("null").disabled ? "none here" : shown(layer.along);
      element("break").setAttribute("aria-pressed", layer.broken);
      element("break").textContent = layer.broken ? "Mend it" : "Break it";
    }
    if (gauss) {
      element("gamma").value = 50 * Math.log10(islands.gamma[i] / gauss.numbers[chosen]);
      document.querySelector("output[for=gamma]").value = shown(islands.gamma[i]);
    }
    element("chosen").value = chosen;
    element("said").textContent = said;
  }
  const biasStep = () => layer.biasStep ??= Math.max(1e-3, Math.abs(layer.w.reduce((a, b) => Math.max(a, Math.abs(b)), 0)) * layer.window[2] / 400);

  // Everything anew; while something moves only its own plane, and that coarser.
  let pending = null, resting = null;
  function refresh(moving = null) {
    if (pending !== null) return;
    pending = requestAnimationFrame(() => {
      pending = null;
      measure(moving);
      views.forEach((view) => { if (!moving || view === moving) draw(view, moving ? 96 : 200); });
      if (!moving || point !== null) tellPoint();
      showControls();
      clearTimeout(resting);
      if (moving) resting = setTimeout(() => refresh(), 160);
    });
  }

  // --- What is done to it.
  for (const view of views) {
    const { canvas } = view;
    let held = null;
    const place = (event) => {
      const box = canvas.getBoundingClientRect(), [left, bottom, side] = view.state.window;
      return [left + side * (event.clientX - box.left) / box.width, bottom + side * (1 - (event.clientY - box.top) / box.height)];
    };
    const nearestOf = (places, [x, y]) => {
      let best = -1, least = Infinity;
      places.forEach(([a, b], i) => {
        const distance = Math.hypot(a - x, b - y);
        if (distance < least) [best, least] = [i, distance];
      });
      return { best, least: least / view.state.window[2] * canvas.getBoundingClientRect().width };
    };
    canvas.addEventListener("pointerdown", (event) => {
      const at = place(event), { best, least } = nearestOf(view.centroids(), at);
      if (least < 18) {
        held = best;
        chosen = active[best];
        canvas.setPointerCapture(event.pointerId);
      } else {
        const { index } = view.state.points, near = nearestOf(index.map(view.at), at);
        if (near.best >= 0) point = index[near.best];
      }
      refresh();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (held === null) return;
      view.move(held, ...place(event));
      refresh(view);
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { held = null; });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const far = view.state.window[2] * (event.shiftKey ? 0.05 : 0.01), i = position(chosen), [x, y] = view.centroids()[i];
      view.move(i, x + far * step[0], y + far * step[1]);
      refresh(view);
    });
  }

  const slide = (id, use) => element(id).addEventListener("input", () => { use(Number(element(id).value)); refresh(views[id === "gamma" ? views.length - 1 : 0]); });
  slide("alpha", (value) => { layer.alpha = layer.start * 10 ** (value / 50); settle(); });
  slide("bias", (value) => { layer.b[position(chosen)] = value * biasStep(); settle(); });
  slide("null", (value) => { layer.along = value * layer.window[2] / 100; settle(); });
  slide("gamma", (value) => { islands.gamma[position(chosen)] = gauss.numbers[chosen] * 10 ** (value / 50); });
  element("chosen").addEventListener("change", () => { chosen = Number(element("chosen").value); refresh(); });

  const press = (id, use) => element(id).addEventListener("click", () => { use(); refresh(); });
  press("no-bias", () => {
    layer.b.fill(0);
    layer.broken = false;
    settle();
    said = "Without bias all centroids, lifted, are equally far from the origin: the circle is that sphere's equator.";
  });
  press("solve", () => {
    layer.follow = true;
    layer.along = 0;
    layer.broken = false;
    settle();
    said = layer.solvable ? "One shift serves all classes: no centroid is lifted (T1)."
      : `With 2 features no shift serves ${active.length} classes whatever their biases: centroids are lifted (T2). Choose three classes.`;
  });
  press("break", () => {
    layer.broken = !layer.broken;
    if (layer.broken) layer.z[3 * position(chosen)] += layer.window[2] / 6;
    settle();
    said = layer.broken ? "One centroid moved alone: the lines, where the nearest centroid changes, left the colours' borders."
      : "The centroids are the layer's again.";
  });
  press("step", () => {
    if (softmax) {
      // Of centroids in the plane: softmax layers have such ones, w_k = z_k / alpha, b_k = -|z_k|^2 / (2 alpha).
      const z = flat();
      M.k_means_step(active.length, d, out(z), layer.points.n, layer.points.x);
      layer.w = z.map((value) => value / layer.alpha);
      layer.b = layer.b.map((_, k) => -(z[2 * k] ** 2 + z[2 * k + 1] ** 2) / (2 * layer.alpha));
      layer.v = new Float64Array(2);
      layer.broken = false;
      layer.follow = false;
      settle();
    }
    if (gauss) M.k_means_step(active.length, d, out(islands.z), islands.points.n, islands.points.x);
    said = "Centroids are the means of the points that were nearest them; the layer is the one that they make.";
  });
  const reset = () => { resetSoftmax(); resetGauss(); };
  press("back", () => { reset(); said = "As the networks were trained."; });
  for (const radio of document.querySelectorAll("input[name=drag]")) radio.addEventListener("change", () => refresh());

  // --- Classes.
  element("chosen").replaceChildren(...all.map((k) => new Option(data.classes[k], k)));
  element("classes").replaceChildren(...all.map((k) => {
    const chip = document.createElement("button"), dot = document.createElement("i");
    dot.style.background = colourOf(k);
    chip.append(dot, data.classes[k]);
    chip.dataset.label = k;
    chip.addEventListener("click", () => {
      const next = active.includes(k) ? active.filter((other) => other !== k) : all.filter((other) => other === k || active.includes(other));
      if (next.length < 2) return;
      choose(next);
    });
    return chip;
  }));
  function choose(classes) {
    active = classes;
    if (!active.includes(chosen)) chosen = active[0];
    for (const chip of element("classes").children) chip.setAttribute("aria-pressed", active.includes(Number(chip.dataset.label)));
    for (const option of element("chosen").options) option.disabled = !active.includes(Number(option.value));
    reset();
    refresh();
  }
  new ResizeObserver(() => refresh()).observe(views[0].canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => refresh());
  choose(all);

  return {
    views, choose, refresh, softmax: layer,
    // The feature of a changed picture walks over its plane.
    walk: (network, place) => {
      const view = views.find((one) => one.network === network);
      if (place === null) view.walk = null;
      else (view.walk ??= []).push(place);
      refresh();
    },
    point: () => point,
  };
}
