// What all parts of the page share: numbers and colours, canvases, networks.
const element = (id) => document.getElementById(id);
const colours = ["#4e79a7", "#f28e2b", "#e15759", "#49a8a0", "#59a14f", "#c9a227", "#b07aa1", "#f07f9b", "#9c755f", "#8a8683"];
const rgbOf = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
const rgb = colours.map(rgbOf);
const colourOf = (label) => colours[label % colours.length];
const styled = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// 7.1e-14 as it is written.
const powered = (x) => x.toExponential(1).replace(/e(.*)/, (_, power) =>
  "·10" + power.replace("+", "").replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]));
const shown = (x) => {
  const size = Math.abs(x);
  if (x === 0) return "0";
  return size >= 1e5 || size < 1e-3 ? powered(x) : size >= 100 ? x.toFixed(0) : x.toPrecision(3);
};
const largest = (values) => values.indexOf(Math.max(...values));
const percent = (x) => (100 * x).toFixed(1) + " %";

// The canvas at the screen's resolution: { context, size (of a side, in CSS pixels), height }.
function sharp(canvas) {
  const { width, height } = canvas.getBoundingClientRect(), scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  return { context, size: width, height };
}

const floatsOf = (base64) => new Float32Array(bytesOf(base64).buffer);

// { head, d, rows (c, d): W or centroids, numbers (c): bias or gamma, features (n, d), predict(inputs, n) }
function openNetwork(M, data, { name, head, settings, values, features }) {
  const c = data.classes.length, weights = floatsOf(values), known = Float64Array.from(floatsOf(features)), d = known.length / data.labels.length;
  const handle = M.network(settings, weights, weights.length);
  const rows = new Float64Array(c * d), numbers = new Float64Array(c);
  M.head(handle, out(rows), out(numbers));
  const predict = (inputs, n) => {
    const found = { features: new Float64Array(n * d), logits: new Float64Array(n * c), confidences: new Float64Array(n * c) };
    M.predict(handle, n, inputs, out(found.features), out(found.logits), out(found.confidences));
    return found;
  };
  return { name, head, d, handle, settings, weights, rows, numbers, features: known, predict };
}

// Bars with a name and a number each, in an element of class "bars".
function drawBars(into, bars) {
  const most = Math.max(...bars.map((bar) => Math.abs(bar.value)), 1e-300);
  into.replaceChildren(...bars.flatMap(({ name, value, words, other, share }) => {
    const [label, bar, number] = [document.createElement("span"), document.createElement("b"), document.createElement("span")];
    label.textContent = name;
    bar.style.width = Math.max(0, Math.min(1, share ?? value / most)) * 100 + "%";
    if (other) bar.className = "other";
    number.textContent = words ?? shown(value);
    return [label, bar, number];
  }));
}
