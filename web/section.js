// The plane of features that is drawn: of two features all of it, of more the plane through three centroids, onto which
// all else is projected at right angles. A section is one of its points and two orthonormal directions, (3, d).
const wholePlane = () => Float64Array.from([0, 0, 1, 0, 0, 1]);

// Where the point of d features that begins at x[i] is drawn: its two coordinates in the section.
function projected(section, d, x, i = 0) {
  const place = [0, 0];
  for (let k = 0; k < d; ++k)
    for (const axis of [0, 1]) place[axis] += (x[i + k] - section[k]) * section[(axis + 1) * d + k];
  return place;
}

// The point of the section at these coordinates.
const pointAt = (section, d, [a, b]) =>
  Float64Array.from({ length: d }, (_, k) => section[k] + a * section[d + k] + b * section[2 * d + k]);

// How far that point of d features is from the section.
function distanceFrom(section, d, x, i) {
  const foot = pointAt(section, d, projected(section, d, x, i));
  return Math.hypot(...foot.map((value, k) => x[i + k] - value));
}

// Moves the point along the section, to where it is drawn at these coordinates.
function moveAlong(section, d, x, i, [a, b]) {
  const [from, to] = [projected(section, d, x, i), [a, b]].map((place) => pointAt(section, d, place));
  for (let k = 0; k < d; ++k) x[i + k] += to[k] - from[k];
}

// Moves the section, without turning it, so that it holds the point.
function carry(section, d, x, i) {
  const foot = pointAt(section, d, projected(section, d, x, i));
  for (let k = 0; k < d; ++k) section[k] += x[i + k] - foot[k];
}

// A square that holds the middle of the points, and the centroids: left, bottom, side.
function squareAround(points, centroids) {
  const ends = [0, 1].map((axis) => {
    const values = points.map((place) => place[axis]).sort((a, b) => a - b), cut = Math.floor(values.length / 200);
    const inside = [...values.slice(cut, values.length - cut), ...centroids.map((place) => place[axis])];
    return [Math.min(...inside), Math.max(...inside)];
  });
  const side = 1.15 * Math.max(...ends.map(([low, high]) => high - low)) || 1;
  return new Float64Array([...ends.map(([low, high]) => (low + high - side) / 2), side]);
}
