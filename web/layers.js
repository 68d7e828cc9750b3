// Both last layers as they are dragged: what belongs to the classes that take part, and what moves with what. A layer has
//   network, d, active (its classes), three (of them, through whose centroids the section goes), section, window,
//   points { x (n, d), labels (as positions in active), n, index (in the data), places (in the section), off (mean
//   distance from it) }
//   reset(active, three), centroids() (places), move(i, place), ground(grid, bytes), confidences(x, n, found, logits), apex(),
//   kept() (its numbers, one array) and take(numbers)
function layerOf(M, data, network) {
  const { d } = network, layer = { network, d };
  const rowsOf = (array, width) => Float64Array.from(layer.active.flatMap((k) => [...array.subarray(k * width, k * width + width)]));
  layer.begin = (active, three) => {
    const index = data.labels.map((_, i) => i).filter((i) => active.includes(data.labels[i]));
    Object.assign(layer, { active, three, rows: null, numbers: null });
    layer.rows = rowsOf(network.rows, d);
    layer.numbers = rowsOf(network.numbers, 1);
    layer.points = {
      index, n: index.length, labels: Int32Array.from(index, (i) => active.indexOf(data.labels[i])),
      x: Float64Array.from(index.flatMap((i) => [...network.features.subarray(i * d, i * d + d)])),
    };
  };
  // z (c, width) has the centroids; what is beyond d features is their lift.
  layer.cut = (z, width) => {
    layer.section = d === 2 ? wholePlane() : new Float64Array(3 * d);
    if (d === 2) return;
    const through = layer.three.map((k) => layer.active.indexOf(k)).flatMap((i) => [...z.subarray(i * width, i * width + d)]);
    M.plane_through(d, Float64Array.from(through), out(layer.section));
  };
  layer.place = () => {
    const { points, section } = layer, each = Array.from({ length: points.n }, (_, i) => i * d);
    points.places = each.map((i) => projected(section, d, points.x, i));
    points.off = each.reduce((sum, i) => sum + distanceFrom(section, d, points.x, i), 0) / points.n;
  };
  layer.placesOf = (z, width) => layer.active.map((_, i) => projected(layer.section, d, z, i * width));
  layer.featureOf = (point) => network.features.slice(point * d, point * d + d);
  return layer;
}

// W and b, and what is claimed to be its centroids z (c, d + 1), lifted.
function softmaxLayer(M, data, network) {
  const layer = layerOf(M, data, network), { d } = layer, width = d + 1, c = () => layer.active.length;

  layer.reset = (active, three) => {
    layer.begin(active, three);
    Object.assign(layer, { w: layer.rows, b: layer.numbers, broken: false, follow: true, along: 0, v: new Float64Array(d) });
    // Any temperature gives the same cells: this one spreads the centroids like the points.
    const spread = (x) => {
      const n = x.length / d, mean = Array.from({ length: d }, (_, k) => x.reduce((s, v, i) => s + (i % d === k ? v : 0), 0) / n);
      return Math.sqrt(x.reduce((s, v, i) => s + (v - mean[i % d]) ** 2, 0) / n);
    };
    layer.start = layer.alpha = spread(layer.points.x) / spread(layer.w) || 1;
    layer.section = null;
    layer.settle();
    layer.cut(layer.z, width);
    layer.place();
    layer.window = squareAround(layer.points.places, layer.centroids());
  };
  layer.centroids = () => layer.placesOf(layer.z, width);

  // Centroids and sphere from W, b, alpha and v; v from T1 where it has one and nobody moved it.
  layer.settle = () => {
    const found = new Float64Array(2 * d + 3);
    M.shift(c(), d, layer.w, layer.b, layer.alpha, out(found));
    layer.solvable = found[d] === 1;
    layer.centre = found[d + 2] === 1 ? found.slice(d + 3) : null;
    layer.free = new Float64Array(d);
    M.null_direction(c(), d, layer.w, out(layer.free));
    if (layer.follow) {
      const base = layer.solvable ? found.slice(0, d) : new Float64Array(d);
      layer.v = base.map((value, i) => value + layer.along * layer.free[i]);
    }
    if (layer.broken) return;
    layer.z = new Float64Array(width * c());
    M.lifted(c(), d, layer.w, layer.b, layer.alpha, layer.v, out(layer.z));
    if (d > 2 && layer.section) {
      carry(layer.section, d, layer.z, width * layer.active.indexOf(layer.three[0]));
      layer.place();
    }
  };
  layer.lifts = () => layer.active.map((_, i) => layer.z[width * i + d]).map((lift) => (lift < 1e-6 * layer.window[2] ? 0 : lift));

  layer.move = (i, place) => {
    const { w, b, z, v, alpha, section } = layer;
    layer.moved = true;
    if (layer.broken) return moveAlong(section, d, z, width * i, place);
    const mode = document.querySelector("input[name=drag]:checked").value, to = z.slice(width * i, width * i + d);
    moveAlong(section, d, to, 0, place);
    if (mode === "shift") {
      layer.follow = false;
      layer.v = v.map((value, k) => value + to[k] - z[width * i + k]);
    } else {
      const part = () => to.reduce((s, _, k) => s + alpha / 2 * w[d * i + k] ** 2 + w[d * i + k] * v[k], b[i]), before = part();
      to.forEach((value, k) => { w[d * i + k] = (value - v[k]) / alpha; });
      if (mode === "centroid") {
        b[i] += before - part();  // T1's equation stays as it was: so does the lift
        if (layer.free.some((value) => value !== 0)) layer.follow = false;  // the shift that serves stays, of many
      }
    }
    layer.settle();
  };
  layer.ground = (grid, bytes) => M.softmax_ground(c(), d, layer.w, layer.b, layer.alpha, layer.z, layer.section, layer.window, grid, out(bytes));
  layer.confidences = (x, n, found, logits = new Float64Array(found.length)) => M.softmax_at(c(), d, layer.w, layer.b, n, x, out(logits), out(found));
  layer.apex = () => layer.centre ? layer.centre.map((value) => -value) : new Float64Array(d);

  // Of centroids in the plane: softmax layers have such ones, w_k = z_k / alpha, b_k = -|z_k|^2 / (2 alpha).
  layer.step = () => {
    const z = Float64Array.from(layer.active.flatMap((_, i) => [...layer.z.subarray(width * i, width * i + d)]));
    M.k_means_step(c(), d, out(z), layer.points.n, layer.points.x);
    layer.w = z.map((value) => value / layer.alpha);
    layer.b = layer.b.map((_, k) => -z.subarray(d * k, d * k + d).reduce((s, value) => s + value ** 2, 0) / (2 * layer.alpha));
    Object.assign(layer, { v: new Float64Array(d), broken: false, follow: false });
    layer.settle();
    layer.cut(layer.z, width);
    layer.place();
  };
  layer.kept = () => [layer.alpha, layer.along, Number(layer.follow), Number(layer.broken), ...layer.w, ...layer.b, ...layer.v,
    ...(layer.broken ? layer.z : [])];
  layer.take = (numbers) => {
    const at = 4 + layer.w.length;
    Object.assign(layer, { alpha: numbers[0], along: numbers[1], follow: numbers[2] === 1, w: numbers.slice(4, at), b: numbers.slice(at, at + c()),
      v: numbers.slice(at + c(), at + c() + d) });
    layer.settle();
    layer.broken = numbers[3] === 1;
    if (layer.broken) layer.z = numbers.slice(at + c() + d);
  };
  return layer;
}

// Centroids z and gammas.
function gaussLayer(M, data, network) {
  const layer = layerOf(M, data, network), { d } = layer, c = () => layer.active.length;
  layer.reset = (active, three) => {
    layer.begin(active, three);
    Object.assign(layer, { z: layer.rows, gamma: layer.numbers });
    layer.cut(layer.z, d);
    layer.place();
    layer.window = squareAround(layer.points.places, layer.centroids());
  };
  layer.centroids = () => layer.placesOf(layer.z, d);
  layer.move = (i, place) => moveAlong(layer.section, d, layer.z, d * i, place);
  layer.ground = (grid, bytes) => M.gauss_ground(c(), d, layer.z, layer.gamma, layer.section, layer.window, grid, out(bytes));
  layer.confidences = (x, n, found, logits = new Float64Array(found.length)) => M.gauss_at(c(), d, layer.z, layer.gamma, n, x, out(logits), out(found));
  layer.apex = () => new Float64Array(d);
  layer.step = () => {
    M.k_means_step(c(), d, out(layer.z), layer.points.n, layer.points.x);
    layer.cut(layer.z, d);
    layer.place();
  };
  layer.kept = () => [...layer.z, ...layer.gamma];
  layer.take = (numbers) => {
    layer.z = numbers.slice(0, layer.z.length);
    layer.gamma = numbers.slice(layer.z.length);
  };
  return layer;
}
