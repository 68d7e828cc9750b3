// Draws the plane of a head: colours and cells, points, centroids, and where a picture walked.

// Colours by class, lines where the nearest centroid changes, and the border that a picture crossed.
function groundInto(plane, view, grid) {
  const thick = grid > 300 ? 2 : 1;  // lines, in cells of the grid
  const bytes = new Uint8Array(grid * grid * 3), picture = new ImageData(grid, grid), pixels = new Uint32Array(picture.data.buffer);
  const packed = ([red, green, blue], alpha) => (Math.round(alpha) << 24 | blue << 16 | green << 8 | red) >>> 0;
  const line = packed(rgbOf(styled("--text")), 200), mark = packed(rgbOf(styled("--mark")), 255);
  const faint = view.active.map((k) => packed(rgb[k % rgb.length], 0));
  const [a, b] = view.crossed ? view.crossed.map(plane.position) : [-1, -1];
  view.ground(grid, bytes);
  view.differ = view.lit = 0;
  for (let i = 0; i < grid * grid; ++i) {
    const label = bytes[3 * i], nearest = bytes[3 * i + 2];
    const left = i % grid < thick ? i : i - thick, above = i < thick * grid ? i : i - thick * grid;
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
  tellGround(plane, view, view.differ / grid ** 2);
  return small;
}

// What lines and colours are, and where they differ.
function tellGround(plane, view, share) {
  const isGauss = view === plane.gauss, how = isGauss ? "−γ|x − z|²" : "the scores w·x + b";
  const differ = share === 0 ? "They agree everywhere here" : `They differ on ${percent(share)} of this square`;
  const why = !isGauss ? (share === 0 ? ": that is the theorem." : ": the centroids are not the layer's.")
    : Math.min(...view.gamma) === Math.max(...view.gamma) ? ", as all γ are equal." : ", since the γ are not equal: a class with a smaller γ reaches further.";
  const off = view.d === 2 ? "" : ` This is a plane in ${view.d} dimensions, through three centroids: the points lie off it, by ` +
    `${shown(view.points.off)} on average, and are drawn where they project to at right angles, so a point may stand on another class's colour than its own.` +
    " The numbers below are of the points themselves, in all dimensions.";
  const told = element((isGauss ? "gauss" : "softmax") + "-cells"), words =
    `Lines: where the nearest ${isGauss ? "" : "(lifted) "}centroid changes. Colours: the class, by ${how}. ${differ}${why}${off}`;
  if (told.textContent !== words) told.textContent = words;
}

// The points, which stay while centroids move: painted once for their places, the window and the size.
function dotsOf(view, size) {
  const { places, labels } = view.points, [left, bottom, side] = view.window, scale = window.devicePixelRatio || 1;
  const known = view.dots, key = [...view.window, size, scale].join();
  if (known?.places === places && known.key === key) return known.canvas;
  const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
  canvas.width = canvas.height = Math.round(size * scale);
  context.scale(scale, scale);
  places.forEach(([x, y], i) => {
    context.fillStyle = colourOf(view.active[labels[i]]);
    context.beginPath();
    context.arc(size * (x - left) / side, size * (1 - (y - bottom) / side), 1.7, 0, 7);
    context.fill();
  });
  view.dots = { places, key, canvas };
  return canvas;
}

function drawView(plane, view, coarse) {
  const { context, size } = sharp(view.canvas), [left, bottom, side] = view.window, { active } = view, { point, chosen, data } = plane;
  const grid = coarse ? 96 : Math.min(400, view.canvas.width);
  const across = (x) => size * (x - left) / side, down = (y) => size * (1 - (y - bottom) / side);
  context.imageSmoothingEnabled = !coarse;
  context.drawImage(groundInto(plane, view, grid), 0, 0, size, size);
  context.drawImage(dotsOf(view, size), 0, 0, size, size);
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
    const name = data.classes[active[i]], half = context.measureText(name).width / 2 + 3;
    const middle = Math.max(half, Math.min(size - half, across(x)));
    context.strokeText(name, middle, down(y) - 12);
    context.fillStyle = text;
    context.fillText(name, middle, down(y) - 12);
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
