// The plane of features. Who draws it, counts on it and moves it shares one object:
//   M, data, networks, softmax, gauss (their layers, layers.js, where there are such networks), views (these, in an array),
//   cut (of more than two features), all (classes), fewest (that may take part), position(k) (of a class in active)
//   active (classes that take part), three (through whose centroids a cut plane goes), chosen (class), point (in the data,
//   or null), said (what was done last)
//   choose(classes, three), reset(), refresh(moving), walk(network, feature)
function startPlane(M, data, networks) {
  const layer = (make, isSoftmax) => {
    const network = networks.find(({ head }) => (head === "softmax") === isSoftmax);
    return network && Object.assign(make(M, data, network), { canvas: element((isSoftmax ? "softmax" : "gauss") + "-plane") });
  };
  const softmax = layer(softmaxLayer, true), gauss = layer(gaussLayer, false), views = [softmax, gauss].filter(Boolean);
  const all = data.classes.map((_, k) => k), cut = networks.some(({ d }) => d > 2);
  const plane = {
    M, data, networks, softmax, gauss, views, cut, all, fewest: cut ? 3 : 2, position: (k) => plane.active.indexOf(k),
    active: all, three: all.slice(0, 3), chosen: 0, point: null, said: "",
  };

  // Everything anew; while something moves only its own plane, and that coarser, as both are at first.
  let pending = null, resting = null, first = true;
  plane.refresh = (moving = null) => {
    if (pending !== null) return;
    pending = requestAnimationFrame(() => {
      const coarse = moving || first;
      pending = null;
      first = false;
      measure(plane, moving);
      views.forEach((view) => { if (!moving || view === moving) drawView(plane, view, coarse); });
      if (!moving || plane.point !== null) tellPoint(plane);
      showControls(plane);
      keepPlane(plane);
      clearTimeout(resting);
      if (coarse) resting = setTimeout(() => plane.refresh(), 160);
    });
  };

  plane.reset = () => views.forEach((view) => view.reset(plane.active, plane.three));
  plane.choose = (classes, through = plane.three) => {
    const old = { active: plane.active, three: plane.three }, three = through.filter((k) => classes.includes(k));
    for (const k of classes) if (three.length < 3 && !three.includes(k)) three.push(k);
    Object.assign(plane, { active: classes, three });
    try { plane.reset(); } catch (error) {  // three on a line
      Object.assign(plane, old);
      plane.reset();
      plane.said = error.message;
    }
    if (!plane.active.includes(plane.chosen)) plane.chosen = plane.active[0];
    for (const view of views) view.crossed = null;
    plane.refresh();
  };

  // A changed picture walks over its network's plane: null begins anew. Where that takes it over a border, the border
  // lights up; returns the classes on both sides, as positions in data.classes.
  plane.walk = (network, feature) => {
    const view = views.find((one) => one.network === network), before = view.walk ? classOf(view, view.walk.at(-1)) : null;
    if (feature === null) view.walk = view.crossed = null;
    else {
      (view.walk ??= []).push(feature);
      const now = classOf(view, feature);
      if (before !== null && before !== now) view.crossed = [before, now];
    }
    plane.refresh();
    return view.crossed;
  };
  function classOf(view, feature) {
    const logits = new Float64Array(view.active.length);
    view.confidences(feature, 1, new Float64Array(logits.length), logits);
    return view.active[largest(logits)];
  }

  startControls(plane);
  new ResizeObserver(() => plane.refresh()).observe(views[0].canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plane.refresh());
  takePlane(plane);
  return plane;
}
