// What the page shows, kept in its address, so that a link shows it to others: page.html#lesson=2&picture=3,300,255
const address = (() => {
  const most = 4000;  // characters: what mail programs and others leave whole
  const given = Object.fromEntries(window.location.hash.slice(1).split("&").filter((part) => part.includes("="))
    .map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]));
  const parts = { ...given };
  let pending = null;
  const write = () => {
    let text = "";
    for (const [name, value] of Object.entries(parts).sort(([, a], [, b]) => a.length - b.length))
      if (text.length + name.length + value.length < most) text += `${text && "&"}${name}=${value}`;
    window.history.replaceState(null, "", "#" + text);
  };
  window.addEventListener("hashchange", () => window.location.reload());  // by hand, or by a link to here
  return {
    all: given,
    given: (name) => given[name],
    numbers: (name) => (given[name] ? given[name].split(",").map(Number) : []),
    // null: as it was at first, which needs no word. Browsers allow few changes a second.
    keep(name, value) {
      if (value === null) delete parts[name];
      else parts[name] = String(value);
      clearTimeout(pending);
      pending = setTimeout(write, 400);
    },
  };
})();

// Arrays of numbers, as floats in letters that an address may have.
const lettersOf = (numbers) =>
  btoa(String.fromCharCode(...new Uint8Array(Float32Array.from(numbers).buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const numbersOf = (letters) => Float64Array.from(floatsOf(letters.replaceAll("-", "+").replaceAll("_", "/")));
