// A picture whose pixels can be changed: what both networks make of it, and the exact answer over every one-pixel change.
function startPicture(M, data, networks, plane, moduleBytes) {
  const { height, width } = data.pictures, size = height * width, all = bytesOf(data.pictures.pixels), count = all.length / size;
  let number = 0, pixels = all.slice(0, size), cursor = size / 2 + width / 2;
  let heat = null, population = null;  // flips by pixel; pixels and values that an attack tries
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
    paint();
    tell();
  }

  function paint() {
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
    if (population) drawPopulation(context);
    context.strokeStyle = "#ff5cad";
    context.lineWidth = 2;
    context.strokeRect(12 * (cursor % width), 12 * Math.floor(cursor / width), 12, 12);
    element("value").value = pixels[cursor];
    document.querySelector("output[for=value]").value = pixels[cursor];
  }

  // A disc for each pixel that is tried, the larger the more members try it, of the value that one of them does.
  function drawPopulation(context) {
    const members = new Map();
    for (let i = 0; i < population.length; i += 2) {
      const known = members.get(population[i]) ?? { count: 0 };
      members.set(population[i], { count: known.count + 1, value: population[i + 1] });
    }
    context.strokeStyle = "#4f9bff";
    context.lineWidth = 2;
    for (const [pixel, { count, value }] of members) {
      context.fillStyle = `rgb(${value}, ${value}, ${value})`;
      context.beginPath();
      context.arc(12 * (pixel % width) + 6, 12 * Math.floor(pixel / width) + 6, Math.min(2 + Math.sqrt(count), 9), 0, 7);
      context.fill();
      context.stroke();
    }
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
    const crossings = said.map(({ network, features }) => [network.head, plane.walk(network, features)]).filter(([, crossed]) => crossed);
    element("crossed").textContent = crossings.map(([head, [from, to]]) =>
      `${head}: the feature crossed the border from ${data.classes[from]} to ${data.classes[to]}, which is lit in the plane.`).join(" ");
    for (const [head, crossed] of crossings) element("crossed").dataset[head] = crossed;
  }

  // What was found of the picture before holds no more.
  function forget() {
    heat = population = null;
    element("verdict").textContent = "";
    for (const search of searches) search.reset();
  }

  function change(value) {
    pixels[cursor] = Math.max(0, Math.min(255, Math.round(value)));
    forget();
    show();
    keep();
  }

  // Another pixel: what it crosses counts from here.
  function choose(pixel) {
    cursor = pixel;
    for (const network of networks) plane.walk(network, null);
    show();
    keep();
  }

  function begin(picture) {
    pixels = picture;
    forget();
    choose(cursor);
  }

  // Which picture, pixel and value; of a drawing, nothing.
  const keep = () => address.keep("picture", drawing ? null : [number, cursor, pixels[cursor]]);

  element("thumbnails").replaceChildren(...Array.from({ length: count }, (_, i) => {
    const button = document.createElement("button"), small = document.createElement("canvas");
    button.className = "thumbnail";
    button.setAttribute("aria-label", `Picture ${i}, ${data.classes[data.labels[i]]}`);
    small.width = width;
    small.height = height;
    grayOf(small.getContext("2d"), all.subarray(i * size, i * size + size));
    button.append(small);
    button.addEventListener("click", () => { number = i; restore(); });
    return button;
  }));
  const original = () => all.slice(number * size, number * size + size);
  const restore = () => { drawing = false; begin(original()); };
  element("restore").addEventListener("click", restore);
  element("blank").addEventListener("click", () => { drawing = true; begin(new Uint8Array(size)); });

  // A click chooses a pixel; dragging up makes it lighter; on a blank picture, moving draws.
  let held = null, drawing = false;
  const pixelAt = (event) => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width * width, (event.clientY - box.top) / box.height * height];
    return Math.max(0, Math.min(height - 1, Math.floor(y))) * width + Math.max(0, Math.min(width - 1, Math.floor(x)));
  };
  canvas.addEventListener("pointerdown", (event) => {
    choose(pixelAt(event));
    held = { y: event.clientY, value: pixels[cursor] };
    canvas.setPointerCapture(event.pointerId);
    if (drawing) change(255);
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
    if (event.key === "+") change(pixels[cursor] + 15);
    else if (event.key === "-") change(pixels[cursor] - 15);
    if (!step) return;
    event.preventDefault();
    choose((cursor + step + size) % size);
  });

  const classOf = (network) => largest(network.predict(Float64Array.from(pixels, (value) => value / 255), 1).logits);
  const placeOf = (pixel) => `row ${Math.floor(pixel / width)}, column ${pixel % width}`;
  const searches = [startExact, startAttack].map((start) => start(data, networks, moduleBytes, {
    pixels: () => pixels, size, classOf, placeOf,
    changes: (255 * size).toLocaleString("en"),
    showHeat: (counts, pixel) => { [heat, population] = [counts, null]; choose(pixel ?? cursor); },
    showPopulation: (members) => { [heat, population] = [null, members]; paint(); },
    forget: () => { forget(); paint(); },
    choose,
  }));

  // From the address.
  const [picture, pixel, value] = address.numbers("picture");
  if (picture in data.labels && picture < count && pixel >= 0 && pixel < size) {
    [number, cursor] = [picture, pixel];
    pixels = original();
    show();
    if (value !== pixels[cursor]) change(value);
  } else {
    show();
    for (const network of networks) plane.walk(network, null);
  }
  return { attacked: searches[1].known };
}
