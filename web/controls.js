// What is done to the plane: rings are dragged, sliders moved, buttons pressed, classes chosen.

// Pointers and arrow keys move centroids; a click elsewhere chooses the nearest point.
function startDragging(plane, view) {
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
      plane.chosen = view.active[best];
      canvas.setPointerCapture(event.pointerId);
    } else {
      const { index, places } = view.points, near = nearestOf(places, at);
      if (near.best >= 0) plane.point = index[near.best];
    }
    plane.refresh();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (held === null) return;
    view.move(held, place(event));
    plane.refresh(view);
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { held = null; });
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "n") {
      const { index } = view.points;
      plane.point = index[(index.indexOf(plane.point) + 1) % index.length];
      return plane.refresh();
    }
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const far = view.window[2] * (event.shiftKey ? 0.05 : 0.01), i = plane.position(plane.chosen), [x, y] = view.centroids()[i];
    view.move(i, [x + far * step[0], y + far * step[1]]);
    plane.refresh(view);
  });
}

// Of the chosen class's bias: so that the slider's ends change scores as much as crossing the plane does.
const biasStep = (layer) =>
  layer.biasStep ??= Math.max(1e-3, Math.abs(layer.w.reduce((a, b) => Math.max(a, Math.abs(b)), 0)) * layer.window[2] / 400);

function startSliders(plane) {
  const { softmax, gauss } = plane, chosen = () => plane.position(plane.chosen);
  const slide = (id, view, use) => element(id).addEventListener("input", () => { use(Number(element(id).value)); plane.refresh(view); });
  slide("alpha", softmax, (value) => { softmax.alpha = softmax.start * 10 ** (value / 50); softmax.settle(); });
  slide("bias", softmax, (value) => { softmax.b[chosen()] = value * biasStep(softmax); softmax.settle(); });
  slide("null", softmax, (value) => { softmax.along = value * softmax.window[2] / 100; softmax.settle(); });
  slide("gamma", gauss, (value) => { gauss.gamma[chosen()] = gauss.network.numbers[plane.chosen] * 10 ** (value / 50); });
  element("chosen").replaceChildren(...plane.all.map((k) => new Option(plane.data.classes[k], k)));
  element("chosen").addEventListener("change", () => { plane.chosen = Number(element("chosen").value); plane.refresh(); });
  for (const radio of document.querySelectorAll("input[name=drag]")) radio.addEventListener("change", () => plane.refresh());
}

function startButtons(plane) {
  const { softmax, views } = plane;
  const press = (id, use) => element(id).addEventListener("click", () => { plane.said = use(); plane.refresh(); });
  press("no-bias", () => {
    softmax.b.fill(0);
    softmax.broken = false;
    softmax.settle();
    return "Without bias all centroids, lifted, are equally far from the origin: the circle is that sphere's equator.";
  });
  press("solve", () => {
    Object.assign(softmax, { follow: true, along: 0, broken: false });
    softmax.settle();
    return softmax.solvable ? "One shift serves all classes: no centroid is lifted (T1)."
      : `With ${softmax.d} features no shift serves ${plane.active.length} classes whatever their biases: centroids are lifted (T2). Choose ${softmax.d + 1} classes.`;
  });
  press("break", () => {
    softmax.broken = !softmax.broken;
    if (softmax.broken) softmax.z[(softmax.d + 1) * plane.position(plane.chosen)] += softmax.window[2] / 6;
    softmax.settle();
    return softmax.broken ? "One centroid moved alone: the lines, where the nearest centroid changes, left the colours' borders."
      : "The centroids are the layer's again.";
  });
  press("step", () => {
    for (const view of views) view.step();
    return "Centroids are the means of the points that were nearest them; the layer is the one that they make.";
  });
  press("back", () => { plane.reset(); return "As the networks were trained."; });
}

// Classes: those that take part, and of more than two features those three through whose centroids the plane goes.
function startChips(plane) {
  const { all, data } = plane;
  const chips = (use) => all.map((k) => {
    const chip = document.createElement("button"), dot = document.createElement("i");
    dot.style.background = colourOf(k);
    chip.append(dot, data.classes[k]);
    chip.dataset.label = k;
    chip.addEventListener("click", () => use(k));
    return chip;
  });
  element("classes").replaceChildren(...chips((k) => {
    const { active } = plane;
    const next = active.includes(k) ? active.filter((other) => other !== k) : all.filter((other) => other === k || active.includes(other));
    if (next.length >= plane.fewest) plane.choose(next);
  }));
  // A third click chooses: the class that was chosen first leaves.
  element("three").replaceChildren(...chips((k) => {
    if (!plane.three.includes(k)) plane.choose(plane.active, [...plane.three.slice(1), k]);
  }));
}

function startControls(plane) {
  const { softmax, gauss, cut } = plane;
  element("softmax-panel").hidden = !softmax;
  element("gauss-panel").hidden = !gauss;
  for (const id of ["alpha", "bias", "null"]) element(id).parentElement.hidden = !softmax;
  for (const id of ["no-bias", "solve", "break", "lift-panel", "dragging"]) element(id).hidden = !softmax;
  element("gamma").parentElement.hidden = !gauss;
  element("section").hidden = !cut;
  for (const view of plane.views) startDragging(plane, view);
  startSliders(plane);
  startButtons(plane);
  startChips(plane);
}

// Everything that can be moved, as it stands.
function showControls({ softmax, gauss, chosen, active, three, position, said }) {
  const i = position(chosen), tell = (id, text) => { document.querySelector(`output[for=${id}]`).value = text; };
  if (softmax) {
    element("alpha").value = 50 * Math.log10(softmax.alpha / softmax.start);
    element("bias").value = softmax.b[i] / biasStep(softmax);
    element("null").disabled = !softmax.free.some((value) => value !== 0) || !softmax.follow;
    element("null").value = 100 * softmax.along / softmax.window[2];
    tell("alpha", shown(softmax.alpha));
    tell("bias", shown(softmax.b[i]));
    tell("null", element("null").disabled ? "none here" : shown(softmax.along));
    element("break").setAttribute("aria-pressed", softmax.broken);
    element("break").textContent = softmax.broken ? "Mend it" : "Break it";
  }
  if (gauss) {
    element("gamma").value = 50 * Math.log10(gauss.gamma[i] / gauss.network.numbers[chosen]);
    tell("gamma", shown(gauss.gamma[i]));
  }
  for (const chip of element("classes").children) chip.setAttribute("aria-pressed", active.includes(Number(chip.dataset.label)));
  for (const chip of element("three").children) {
    chip.setAttribute("aria-pressed", three.includes(Number(chip.dataset.label)));
    chip.disabled = !active.includes(Number(chip.dataset.label));
  }
  for (const option of element("chosen").options) option.disabled = !active.includes(Number(option.value));
  element("chosen").value = chosen;
  element("said").textContent = said;
}
