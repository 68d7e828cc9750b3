// Training on points of the plane, an epoch a frame: softmax beside Gauss, from the same start, kept for a slider over time.
function startTraining(M) {
  const canvases = ["softmax-training", "gauss-training"].map(element), grid = 64, epochs = 200, window_ = new Float64Array([-1.7, -1.5, 4.2]);
  let points = new Float64Array(0), labels = new Int32Array(0), history = [], training = 0, frame = null;

  // The points do not change while networks train: they are painted once.
  let dots = null;
  function paintDots(size) {
    dots = document.createElement("canvas");
    const scale = window.devicePixelRatio || 1, context = dots.getContext("2d"), [left, bottom, side] = window_;
    dots.width = dots.height = Math.round(size * scale);
    context.scale(scale, scale);
    context.strokeStyle = styled("--page");
    context.lineWidth = 0.8;
    for (let i = 0; i < labels.length; ++i) {
      context.fillStyle = colourOf(labels[i]);
      context.beginPath();
      context.arc(size * (points[2 * i] - left) / side, size * (1 - (points[2 * i + 1] - bottom) / side), 2.2, 0, 7);
      context.fill();
      context.stroke();
    }
  }

  function drawPlane(canvas, bytes) {
    const { context, size } = sharp(canvas);
    if (bytes) {
      const picture = new ImageData(grid, grid), small = document.createElement("canvas");
      for (let i = 0; i < grid * grid; ++i) {
        for (let k = 0; k < 3; ++k) picture.data[4 * i + k] = rgb[bytes[3 * i] % rgb.length][k];
        picture.data[4 * i + 3] = 25 + 130 * bytes[3 * i + 1] / 255;
      }
      small.width = small.height = grid;
      small.getContext("2d").putImageData(picture, 0, 0);
      context.imageSmoothingEnabled = false;
      context.drawImage(small, 0, 0, size, size);
    }
    if (dots === null) paintDots(size);
    context.drawImage(dots, 0, 0, size, size);
  }

  function draw(epoch) {
    const kept = history[epoch];
    canvases.forEach((canvas, which) => drawPlane(canvas, kept?.grounds[which]));
    element("losses").hidden = !history.length;
    const { context, size, height } = sharp(element("losses"));
    const most = Math.max(...history.flatMap(({ facts }) => [facts[0], facts[1]]), 1e-9);
    ["--bar", "--other"].forEach((colour, which) => {
      context.strokeStyle = context.fillStyle = styled(colour);
      context.lineWidth = 2;
      context.beginPath();
      history.forEach(({ facts }, i) => context.lineTo(8 + (size - 16) * i / epochs, height - 8 - (height - 34) * facts[which] / most));
      context.stroke();
      context.font = "13px system-ui, sans-serif";
      if (kept) context.fillText(`${which ? "Gauss" : "softmax"}: loss ${shown(kept.facts[which])}`, 8 + 170 * which, 15);
    });
    document.querySelector("output[for=epoch]").value = history.length ? epoch + 1 : "";
    element("training-said").textContent = kept ? `Right: softmax ${percent(kept.facts[2])}, Gauss ${percent(kept.facts[3])}.` +
      (kept.facts[4] ? "" : " The Gauss network warms up as a softmax network; then its centroids are the class means.") : "";
  }

  function repaint() {
    dots = null;
    draw(-1);
  }

  function stop() {
    cancelAnimationFrame(frame);
    if (training) M.end_training(training);
    training = 0;
    element("train").textContent = "Train";
  }

  function step() {
    const facts = new Float64Array(5);
    M.train_epoch(training, out(facts));
    const grounds = [0, 1].map((which) => {
      const bytes = new Uint8Array(3 * grid * grid);
      M.training_ground(training, which, window_, grid, out(bytes));
      return bytes;
    });
    history.push({ facts, grounds });
    element("epoch").max = element("epoch").value = history.length - 1;
    draw(history.length - 1);
    if (history.length < epochs) frame = requestAnimationFrame(attempt);
    else stop();
  }
  const attempt = () => {
    try { step(); } catch (error) {
      stop();
      element("training-said").textContent = error.message;
    }
  };

  const set = () => element("set").value, seed = () => Number(element("seed").value);
  function load() {
    stop();
    history = [];
    element("epoch").max = element("epoch").value = 0;
    if (set() === "own") {
      points = new Float64Array(0);
      labels = new Int32Array(0);
    } else {
      points = new Float64Array(1000);
      labels = new Int32Array(500);
      M.make_points(set(), 500, seed(), out(points), out(labels));
    }
    const reach = points.reduce((most, value) => Math.max(most, Math.abs(value)), 1), centre = set() === "moons" ? 0.4 : 0;
    window_.set([centre - 1.25 * reach, (set() === "moons" ? 0.2 : 0) - 1.25 * reach, 2.5 * reach]);
    repaint();
  }

  element("train").addEventListener("click", () => {
    if (training) return stop();
    history = [];
    try { training = M.start_training(labels.length, points, labels, seed()); } catch (error) {
      element("training-said").textContent = error.message;
      return;
    }
    element("train").textContent = "Stop";
    address.keep("train", set() === "own" ? null : [set(), seed()]);
    frame = requestAnimationFrame(attempt);
  });
  element("clear").addEventListener("click", load);
  element("set").addEventListener("change", load);
  element("seed").addEventListener("change", load);
  element("epoch").addEventListener("input", () => draw(Number(element("epoch").value)));
  for (const canvas of canvases)
    canvas.addEventListener("pointerdown", (event) => {
      if (set() !== "own") {
        element("set").value = "own";
        load();
      }
      stop();
      const box = canvas.getBoundingClientRect();
      points = Float64Array.from([...points, window_[0] + window_[2] * (event.clientX - box.left) / box.width,
        window_[1] + window_[2] * (1 - (event.clientY - box.top) / box.height)]);
      labels = Int32Array.from([...labels, Number(element("own-class").value)]);
      repaint();
    });
  new ResizeObserver(() => { dots = null; draw(history.length - 1); }).observe(canvases[0]);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { dots = null; draw(history.length - 1); });

  const [set_, seed_] = (address.given("train") ?? "").split(","), linked = [...element("set").options].some(({ value }) => value === set_);
  if (linked) {
    element("set").value = set_;
    element("seed").value = seed_;
  }
  load();
  if (linked) element("train").click();
}
