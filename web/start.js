// Unpacks data and module, and starts the parts of the page.
function bytesOf(base64) {
  const letters = atob(base64), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; ++i) bytes[i] = letters.charCodeAt(i);
  return bytes;
}
const unpacked = (bytes) =>
  new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

// The panel that was touched last stands in the address, and comes into view when that is opened.
function startPanels() {
  for (const section of document.querySelectorAll("main > section"))
    for (const kind of ["pointerdown", "keydown"])
      section.addEventListener(kind, () => address.keep("at", section.id === "plane-section" ? null : section.id.replace("-section", "")));
  const at = address.given("at") ?? (Object.keys(address.all).join() === "train" ? "training" : null);
  if (at) document.getElementById(at + "-section")?.scrollIntoView();
}

(async () => {
  const data = JSON.parse(element("data").textContent);
  const bytes = await unpacked(bytesOf(element("module").textContent.trim()));
  const M = await loadModule(bytes);
  const networks = data.networks.map((network) => openNetwork(M, data, network));
  element("missing").hidden = true;
  document.querySelector("main").hidden = false;
  const plane = startPlane(M, data, networks);
  const picture = data.pictures && startPicture(M, data, networks, plane, bytes);
  startTraining(M);
  const steps = startLesson(plane);
  startPanels();
  window.page = { M, data, networks, plane, steps, ...picture };  // for who looks under it, as its test does
  document.body.dataset.ready = "yes";
})().catch((error) => {
  element("missing").hidden = false;
  element("missing").append(" (" + error.message + ")");
});
