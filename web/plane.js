// The plane of features: cells, centroids and points of both heads, what can be dragged, and the numbers beside it.
function startPlane(M, data, networks) {
  const softmax = networks.find((network) => network.head === "softmax");
  const gauss = networks.find((network) => network.head !== "softmax");
  const layer = softmax ? softmaxLayer(M, data, softmax) : {}, islands = gauss ? gaussLayer(M, data, gauss) : {};
  const views = [softmax && layer, gauss && islands].filter(Boolean), cut = networks.some(({ d }) => d > 2);
  element("softmax-panel").hidden = !softmax;
  element("gauss-panel").hidden = !gauss;
  for (const id of ["alpha", "bias", "null"]) element(id).parentElement.hidden = !softmax;
  for (const id of ["no-bias", "solve", "break", "lift-panel", "dragging"]) element(id).hidden = !softmax;
  element("gamma").parentElement.hidden = !gauss;
  element("section").hidden = !cut;
  const all = data.classes.map((_, k) => k);
  let active = all, three = all.slice(0, 3), chosen = 0, point = null, said = "";
  const position = (k) => active.indexOf(k);

  // --- Drawing.
  // Colours by class, lines where the nearest centroid changes, and the border that a picture crossed.
  function groundInto(view, grid) {
    const bytes = new Uint8Array(grid * grid * 3), picture = new ImageData(grid, grid), pixels = new Uint32Array(picture.data.buffer);
    const packed = ([red, green, blue], alpha) => (Math.round(alpha) << 24 | blue << 16 | green << 8 | red) >>> 0;
    const line = packed(rgbOf(styled("--text")), 200), mark = packed(rgbOf(styled("--mark")), 255);
    const faint = active.map((k) => packed(rgb[k % rgb.length], 0));
    const [a, b] = view.crossed ? view.crossed.map(position) : [-1, -1];
    view.ground(grid, bytes);
    view.differ = view.lit = 0;
    for (let i = 0; i < grid * grid; ++i) {
      const label = bytes[3 * i], nearest = bytes[3 * i + 2], left = i % grid > 0 ? i - 1 : i, above = i >= grid ? i - grid : i;
      const edge = bytes[3 * left + 2] !== nearest || bytes[3 * above + 2] !== nearest;
      view.differ += label !== nearest;
      pixels[i] = edge ? line : (faint[label] | (25 + 115 * bytes[3 * i + 1] / 255) << 24) >>> 0;
      if (label !== a && label !== b) continue;
      for (const j of [left, above])
        if (bytes[3 * j] + label === a + b && bytes[3 * j] !== label) {
          pixels[i] = pixels[j] = mark;
          ++view.lit;
        }
    }
    const small = document.createElement("canvas");
    small.width = small.height = grid;
    small.getContext("2d").putImageData(picture, 0, 0);
    tellGround(view, view.differ / grid ** 2);
    return small;
  }

  // What lines and colours are, and where they differ.
  function tellGround(view, share) {
    const isGauss = view === islands, how = isGauss ? "−γ|x − z|²" : "the scores w·x + b";
    const differ = share === 0 ? "They agree everywhere here" : `They differ on ${percent(share)} of this square`;
    const why = !isGauss ? (share === 0 ? ": that is the theorem." : ": the centroids are not the layer's.")
      : Math.min(...view.gamma) === Math.max(...view.gamma) ? ", as all γ are equal." : ", since the γ are not equal: a class with a smaller γ reaches further.";
    const off = view.d === 2 ? "" : ` This is a plane in ${view.d} dimensions, through three centroids: the points lie off it, by ` +
      `${shown(view.points.off)} on average, and are drawn where they project to at right angles, so a point may stand on another class's colour than its own.` +
      " The numbers below are of the points themselves, in all dimensions.";
    element((isGauss ? "gauss" : "softmax") + "-cells").textContent =
      `Lines: where the nearest ${isGauss ? "" : "(lifted) "}centroid changes. Colours: the class, by ${how}. ${differ}${why}${off}`;
  }

  function draw(view, grid) {
    const { context, size } = sharp(view.canvas), [left, bottom, side] = view.window;
    const across = (x) => size * (x - left) / side, down = (y) => size * (1 - (y - bottom) / side);
    context.imageSmoothingEnabled = false;
    context.drawImage(groundInto(view, grid), 0, 0, size, size);
    view.points.places.forEach(([x, y], i) => {
      context.fillStyle = colourOf(active[view.points.labels[i]]);
      context.beginPath();
      context.arc(across(x), down(y), 1.7, 0, 7);
      context.fill();
    });
    const text = styled("--text"), page = styled("--page");
    context.strokeStyle = text;
    const drawnAt = (x) => projected(view.section, view.d, x);
    if (view.centre) drawCircle(view, context, across, down, size / side);
    if (point !== null) {
      const at = drawnAt(view.featureOf(point)), from = drawnAt(view.apex());
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
      const walk = view.walk.map(drawnAt);
      walk.forEach(([x, y]) => context.lineTo(across(x), down(y)));
      context.stroke();
      const [x, y] = walk[walk.length - 1];
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

  // Where the sphere around the apex, on which all lifted centroids lie, meets the section.
  function drawCircle(view, context, across, down, scale) {
    const apex = view.apex(), place = projected(view.section, view.d, apex), [x, y] = [across(place[0]), down(place[1])];
    const radius = Math.sqrt(Math.max(0, view.facts[10] ** 2 - distanceFrom(view.section, view.d, apex, 0) ** 2));
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(x, y, scale * radius, 0, 7);
    context.moveTo(x - 5, y - 5); context.lineTo(x + 5, y + 5);
    context.moveTo(x - 5, y + 5); context.lineTo(x + 5, y - 5);
    context.stroke();
  }

  if (softmax) layer.canvas = element("softmax-plane");
  if (gauss) islands.canvas = element("gauss-plane");

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
      M.softmax_facts(c, layer.d, layer.w, layer.b, layer.alpha, layer.z, layer.centre ?? new Float64Array(layer.d), n, x, labels, out(facts));
      const failed = facts[0] > 1e-9;
      element("softmax-numbers").dataset.facts = facts.join(" ");
      fill(element("softmax-numbers"), [
        [layer.lifts().every((lift) => lift === 0) ? "T1: logits and distances differ by" : "T2: logits and lifted distances differ by", shown(facts[0]), "residual", failed],
        ["Nearest centroid is not the class", `${facts[1]} of ${n}`, "mismatches", facts[1] > 0],
        ["k-means objective", shown(facts[2])],
        ["T3: moving a point costs at least", shown(facts[3])],
        ["T4: cross-entropy = own", shown(facts[4])], ["+ from the mean", shown(facts[5])],
        ["+ variance", shown(facts[6])], ["+ entropy", shown(facts[7])],
        ["= sum; itself", shown(facts[4] + facts[5] + facts[6] + facts[7]) + "; " + shown(facts[8])],
        [layer.centre ? "Distances from × differ by" : "No common distance: the bias is not W p + β", layer.centre ? shown(facts[9]) : "-"],
        ["Classified correctly", percent(facts[11])]]);
      const lifts = layer.lifts();
      drawBars(element("lift"), active.map((k, i) => ({ name: data.classes[k], value: lifts[i] })));
    }
    if (concerns(gauss)) {
      const facts = new Float64Array(3), { x, labels, n } = islands.points;
      M.gauss_facts(c, islands.d, islands.z, islands.gamma, n, x, labels, out(facts));
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
    M.move_costs(active.length, layer.d, layer.alpha, layer.z, layer.featureOf(point), out(costs));
    drawBars(element("costs"), active.map((k, i) => ({ name: "k-means pays, to " + data.classes[k], value: costs[i] })));
  }

  // The largest confidence at apex + s (x - apex), s from 0 to 20, of both heads.
  function drawRay() {
    const { context, size, height } = sharp(element("ray")), steps = 120, most = 20;
    views.forEach((view, number) => {
      const from = view.apex(), at = view.featureOf(point), c = active.length, { d } = view;
      const x = Float64Array.from({ length: d * steps }, (_, i) =>
        from[i % d] + most * Math.floor(i / d) / (steps - 1) * (at[i % d] - from[i % d]));
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
      keep();
      clearTimeout(resting);
      if (moving) resting = setTimeout(() => refresh(), 160);
    });
  }

  // --- What is done to it.
  for (const view of views) {
    const { canvas } = view;
    let held = null;
    const place = (event) => {
      const box = canvas.getBoundingClientRect(), [left, bottom, side] = view.window;
      return [left + side * (event.clientX - box.left) / box.width, bottom + side * (1 - (event.clientY - box.top) / box.height)];
    };
    const nearestOf = (places, [x, y]) => {
      let best = -1, least = Infinity;
      places.forEach(([a, b], i) => {
        const distance = Math.hypot(a - x, b - y);
        if (distance < least) [best, least] = [i, distance];
      });
      return { best, least: least / view.window[2] * canvas.getBoundingClientRect().width };
    };
    canvas.addEventListener("pointerdown", (event) => {
      const at = place(event), { best, least } = nearestOf(view.centroids(), at);
      if (least < 18) {
        held = best;
        chosen = active[best];
        canvas.setPointerCapture(event.pointerId);
      } else {
        const { index, places } = view.points, near = nearestOf(places, at);
        if (near.best >= 0) point = index[near.best];
      }
      refresh();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (held === null) return;
      view.move(held, place(event));
      refresh(view);
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { held = null; });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const far = view.window[2] * (event.shiftKey ? 0.05 : 0.01), i = position(chosen), [x, y] = view.centroids()[i];
      view.move(i, [x + far * step[0], y + far * step[1]]);
      refresh(view);
    });
  }

  const slide = (id, use) => element(id).addEventListener("input", () => { use(Number(element(id).value)); refresh(views[id === "gamma" ? views.length - 1 : 0]); });
  slide("alpha", (value) => { layer.alpha = layer.start * 10 ** (value / 50); layer.settle(); });
  slide("bias", (value) => { layer.b[position(chosen)] = value * biasStep(); layer.settle(); });
  slide("null", (value) => { layer.along = value * layer.window[2] / 100; layer.settle(); });
  slide("gamma", (value) => { islands.gamma[position(chosen)] = gauss.numbers[chosen] * 10 ** (value / 50); });
  element("chosen").addEventListener("change", () => { chosen = Number(element("chosen").value); refresh(); });

  const press = (id, use) => element(id).addEventListener("click", () => { use(); refresh(); });
  press("no-bias", () => {
    layer.b.fill(0);
    layer.broken = false;
    layer.settle();
    said = "Without bias all centroids, lifted, are equally far from the origin: the circle is that sphere's equator.";
  });
  press("solve", () => {
    layer.follow = true;
    layer.along = 0;
    layer.broken = false;
    layer.settle();
    said = layer.solvable ? "One shift serves all classes: no centroid is lifted (T1)."
      : `With ${layer.d} features no shift serves ${active.length} classes whatever their biases: centroids are lifted (T2). Choose ${layer.d + 1} classes.`;
  });
  press("break", () => {
    layer.broken = !layer.broken;
    if (layer.broken) layer.z[(layer.d + 1) * position(chosen)] += layer.window[2] / 6;
    layer.settle();
    said = layer.broken ? "One centroid moved alone: the lines, where the nearest centroid changes, left the colours' borders."
      : "The centroids are the layer's again.";
  });
  press("step", () => {
    for (const view of views) view.step();
    said = "Centroids are the means of the points that were nearest them; the layer is the one that they make.";
  });
  const reset = () => views.forEach((view) => view.reset(active, three));
  press("back", () => { reset(); said = "As the networks were trained."; });
  for (const radio of document.querySelectorAll("input[name=drag]")) radio.addEventListener("change", () => refresh());

  // --- Classes: those that take part, and of more than two features those three through whose centroids the plane goes.
  element("chosen").replaceChildren(...all.map((k) => new Option(data.classes[k], k)));
  const chips = (use) => all.map((k) => {
    const chip = document.createElement("button"), dot = document.createElement("i");
    dot.style.background = colourOf(k);
    chip.append(dot, data.classes[k]);
    chip.dataset.label = k;
    chip.addEventListener("click", () => use(k));
    return chip;
  });
  const fewest = cut ? 3 : 2;
  element("classes").replaceChildren(...chips((k) => {
    const next = active.includes(k) ? active.filter((other) => other !== k) : all.filter((other) => other === k || active.includes(other));
    if (next.length >= fewest) choose(next);
  }));
  // A third click chooses: the class that was chosen first leaves.
  element("three").replaceChildren(...chips((k) => {
    if (!three.includes(k)) choose(active, [...three.slice(1), k]);
  }));
  function choose(classes, through = three) {
    const old = { active, three };
    active = classes;
    three = through.filter((k) => active.includes(k));
    for (const k of active) if (three.length < 3 && !three.includes(k)) three.push(k);
    try { reset(); } catch (error) {  // three on a line
      ({ active, three } = old);
      reset();
      said = error.message;
    }
    if (!active.includes(chosen)) chosen = active[0];
    for (const chip of element("classes").children) chip.setAttribute("aria-pressed", active.includes(Number(chip.dataset.label)));
    for (const chip of element("three").children) {
      chip.setAttribute("aria-pressed", three.includes(Number(chip.dataset.label)));
      chip.disabled = !active.includes(Number(chip.dataset.label));
    }
    for (const option of element("chosen").options) option.disabled = !active.includes(Number(option.value));
    for (const view of views) view.crossed = null;
    refresh();
  }

  // --- In the address: what differs from how the page begins.
  const untouched = (view) => Array.from(view.kept(), Math.fround).join();
  function keep() {
    address.keep("classes", active.length < all.length ? active : null);
    address.keep("plane", cut ? three : null);
    address.keep("class", chosen === active[0] ? null : chosen);
    address.keep("point", point);
    for (const view of views) address.keep(view === layer ? "softmax" : "gauss", untouched(view) === view.begun ? null : lettersOf(view.kept()));
  }
  function take() {
    const known = (k) => all.includes(k), classes = address.numbers("classes").filter(known), through = address.numbers("plane").filter(known);
    choose(classes.length >= fewest ? classes : all, through.length === 3 ? through : three);
    if (active.includes(Number(address.given("class")))) chosen = Number(address.given("class") ?? chosen);
    if (address.given("point") in data.labels) point = Number(address.given("point"));
    for (const view of views) {
      view.begun = untouched(view);
      const letters = address.given(view === layer ? "softmax" : "gauss"), numbers = letters ? numbersOf(letters) : [];
      if (numbers.length >= view.kept().length && numbers.every(Number.isFinite)) view.take(numbers);
    }
  }
  new ResizeObserver(() => refresh()).observe(views[0].canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => refresh());
  take();

  // A changed picture walks over its network's plane: null begins anew. Where that takes it over a border, the border
  // lights up; returns the classes on both sides, as positions in data.classes.
  function walk(network, feature) {
    const view = views.find((one) => one.network === network), before = view.walk ? classOf(view, view.walk.at(-1)) : null;
    if (feature === null) view.walk = view.crossed = null;
    else {
      (view.walk ??= []).push(feature);
      const now = classOf(view, feature);
      if (before !== null && before !== now) view.crossed = [before, now];
    }
    refresh();
    return view.crossed;
  }
  function classOf(view, feature) {
    const logits = new Float64Array(active.length);
    view.confidences(feature, 1, new Float64Array(active.length), logits);
    return active[largest(logits)];
  }

  return { views, choose, refresh, walk, softmax: layer, gauss: islands, point: () => point };
}
