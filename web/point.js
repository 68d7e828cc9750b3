// The point that is chosen: what moving it costs, and how confident both heads are along the ray through it.

function tellPoint(plane) {
  const { M, data, active, softmax, point } = plane;
  const panel = element("point"), none = point === null || !active.includes(data.labels[point]);
  element("ray").hidden = none;
  if (none) {
    plane.point = null;
    panel.textContent = "Click a point in a plane: what moving it costs, and the confidence along the ray through it.";
    element("costs").replaceChildren();
    return;
  }
  panel.textContent = `Number ${point}, ${data.classes[data.labels[point]]}. Confidence along its ray, to 20 times as far:`;
  drawRay(plane);
  if (!softmax) return;
  const costs = new Float64Array(active.length);
  M.move_costs(active.length, softmax.d, softmax.alpha, softmax.z, softmax.featureOf(point), out(costs));
  drawBars(element("costs"), active.map((k, i) => ({ name: "k-means pays, to " + data.classes[k], value: costs[i] })));
}

// The largest confidence at apex + s (x - apex), s from 0 to 20, of both heads.
function drawRay({ views, point }) {
  const { context, size, height } = sharp(element("ray")), steps = 120, most = 20;
  views.forEach((view, number) => {
    const from = view.apex(), at = view.featureOf(point), c = view.active.length, { d } = view;
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
