// A picture whose pixels can be changed: what both networks make of it, and the exact answer over every one-pixel change.
function startPicture(M, data, networks, plane, moduleBytes) {
  const { height, width } = data.pictures, size = height * width, all = bytesOf(data.pictures.pixels), count = all.length / size;
  let number = 0, pixels = all.slice(0, size), cursor = size / 2 + width / 2, heat = null;
  element("picture-section").hidden = false;
  const canvas = element("picture");

  const grayOf = (context, bytes) => {
    const image = context.createImageData(width, height);
    bytes.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
    context.putImageData(image, 0, 0);
  };

  function ask() {
    const inputs = Float64Array.from(pixels, (value) => value / 255);
    return networks.map((network) => ({ network, ...network.predict(inputs, 1) }));
  }

  function show() {
    canvas.width = width * 12;
    canvas.height = height * 12;
    const context = canvas.getContext("2d"), small = document.createElement("canvas");
    small.width = width;
    small.height = height;
    grayOf(small.getContext("2d"), pixels);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    if (heat)
      heat.forEach((flips, i) => {
        if (!flips) return;
        context.fillStyle = `rgba(255, ${Math.round(190 * (1 - flips / 255))}, 0, .85)`;
        context.fillRect(12 * (i % width) + 2, 12 * Math.floor(i / width) + 2, 8, 8);
      });
    context.strokeStyle = "#ff5cad";
    context.lineWidth = 2;
    context.strokeRect(12 * (cursor % width), 12 * Math.floor(cursor / width), 12, 12);
    element("value").value = pixels[cursor];
    document.querySelector("output[for=value]").value = pixels[cursor];
    tell();
  }

  function tell() {
    const said = ask();
    element("confidences").replaceChildren(...said.flatMap(({ network, features, confidences, logits }, which) => {
      const heading = document.createElement("h3"), bars = document.createElement("div");
      const best = logits.indexOf(Math.max(...logits));
      heading.textContent = `${network.head}: ${data.classes[best]}`;
      heading.dataset.class = best;
      bars.className = "bars";
      drawBars(bars, data.classes.map((name, k) => ({ name, value: confidences[k], share: confidences[k], words: percent(confidences[k]), other: which === 1 })));
      return [heading, bars];
    }));
    for (const { network, features } of said) plane.walk(network, [...features]);
    return said;
  }

  function change(value) {
    pixels[cursor] = Math.max(0, Math.min(255, Math.round(value)));
    heat = null;
    element("verdict").textContent = "";
    show();
  }

  function begin(picture) {
    pixels = picture;
    heat = null;
    element("verdict").textContent = "";
    for (const network of networks) plane.walk(network, null);
    show();
  }

  element("thumbnails").replaceChildren(...Array.from({ length: count }, (_, i) => {
    const button = document.createElement("button"), small = document.createElement("canvas");
    button.className = "thumbnail";
    button.setAttribute("aria-label", `Picture ${i}, ${data.classes[data.labels[i]]}`);
    small.width = width;
    small.height = height;
    grayOf(small.getContext("2d"), all.subarray(i * size, i * size + size));
    button.append(small);
    button.addEventListener("click", () => { number = i; begin(all.slice(i * size, i * size + size)); });
    return button;
  }));
  element("restore").addEventListener("click", () => begin(all.slice(number * size, number * size + size)));
  element("blank").addEventListener("click", () => begin(new Uint8Array(size)));

  // A click chooses a pixel; dragging up makes it lighter; on a blank picture, moving draws.
  let held = null, drawing = false;
  const pixelAt = (event) => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width * width, (event.clientY - box.top) / box.height * height];
    return Math.max(0, Math.min(height - 1, Math.floor(y))) * width + Math.max(0, Math.min(width - 1, Math.floor(x)));
  };
  element("blank").addEventListener("click", () => { drawing = true; });
  element("restore").addEventListener("click", () => { drawing = false; });
  element("thumbnails").addEventListener("click", () => { drawing = false; });
  canvas.addEventListener("pointerdown", (event) => {
    cursor = pixelAt(event);
    held = { y: event.clientY, value: pixels[cursor] };
    canvas.setPointerCapture(event.pointerId);
    if (drawing) change(255);
    else show();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    if (drawing) {
      cursor = pixelAt(event);
      change(255);
    } else change(held.value + 2 * (held.y - event.clientY));
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { held = null; });
  element("value").addEventListener("input", () => change(Number(element("value").value)));
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width }[event.key];
    if (step) cursor = (cursor + step + size) % size;
    else if (event.key === "+") return change(pixels[cursor] + 15);
    else if (event.key === "-") return change(pixels[cursor] - 15);
    else return;
    event.preventDefault();
    show();
  });

  // --- Every change of one pixel, by a worker with a module of its own: the page goes on meanwhile.
  let worker = null;
  const work = `${loadModule}; const out = ${out}; let M, networks = {};
    onmessage = async ({ data: { bytes, id, settings, weights, pixels, label } }) => {
      try {
        M ??= await loadModule(bytes);
        networks[id] ??= M.network(settings, weights, weights.length);
        const counts = new Int32Array(pixels.length), facts = new Int32Array(7);
        M.exact(networks[id], pixels, label, out(counts), out(facts));
        postMessage({ counts, facts });
      } catch (error) { postMessage({ error: error.message }); }
    };`;
  function every(network) {
    worker ??= new Worker(URL.createObjectURL(new Blob([work], { type: "text/javascript" })));
    const { logits } = network.predict(Float64Array.from(pixels, (value) => value / 255), 1);
    const label = logits.indexOf(Math.max(...logits)), asked = pixels.slice(), begin = performance.now();
    const told = element("verdict");
    delete told.dataset.facts;
    told.textContent = "Asking ...";
    worker.onmessage = ({ data: { counts, facts, error } }) => {
      if (error) return void (told.textContent = error);
      if (asked.some((value, i) => value !== pixels[i])) return;  // another picture by now
      const seconds = ((performance.now() - begin) / 1000).toFixed(1), changes = (255 * size).toLocaleString("en");
      told.textContent = facts[3] ? `None of the ${changes} changes of one pixel moves ${network.head} from ${data.classes[label]}: proven, in ${seconds} s.`
        : `${facts[0].toLocaleString("en")} of ${changes} changes move ${network.head} from ${data.classes[label]}, at ${facts[1]} pixels` +
          (facts[2] ? `, and ${facts[2]} are too near a tie for floats to tell` : "") +
          (facts[4] >= 0 ? `; the cursor is at one, which becomes ${data.classes[facts[6]]} with the value ${facts[5]}` : "") + `. In ${seconds} s.`;
      told.dataset.facts = facts.join(" ");
      heat = counts;
      if (facts[4] >= 0) cursor = facts[4];
      show();
    };
    worker.postMessage({ bytes: moduleBytes, id: network.name, settings: network.settings, weights: network.weights, pixels: asked, label });
  }
  for (const head of ["softmax", "gauss"]) {
    const network = networks.find((one) => (one.head === "softmax") === (head === "softmax"));
    element("every-" + head).hidden = !network;
    if (network) element("every-" + head).addEventListener("click", () => every(network));
  }
  show();
  for (const network of networks) plane.walk(network, null);
}
