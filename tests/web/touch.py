"""Touches a page of `voronet play` as a reader does, and prints as JSON what stands there then: python3 touch.py PAGE"""
import json
import random
import sys

from browser import Browser
from page import place_of, ring, text_of, wait_for

SHIFT = 8  # a modifier


def numbers(browser):
    """Which the page shows, in full: T1's residual, mismatches, and so on (softmax_facts in web/plane.cpp)."""
    browser.settle()
    return [float(x) for x in browser.js("document.getElementById('softmax-numbers').dataset.facts").split()]


def drags(browser, count, classes, draw):
    worst = mismatches = 0
    for _ in range(count):
        browser.drag(ring(browser, draw.randrange(classes)), place_of(browser, draw.uniform(.1, .9), draw.uniform(.1, .9)), 2)
        facts = numbers(browser)
        worst, mismatches = max(worst, facts[0]), mismatches + facts[1]
    return {"residual": worst, "mismatches": mismatches}


def networks(browser, images):
    """What the module says of the first pictures whose class is clear (of others very many changes flip it, of which each
    is asked about): features, logits, and the exact answer."""
    return browser.js("""(() => {
      const { M, data, networks } = page, size = data.pictures.height * data.pictures.width, pixels = bytesOf(data.pictures.pixels);
      return networks.map((network) => {
        const pictures = [];
        for (let index = 0; pictures.length < %d; ++index) {
          const picture = pixels.slice(index * size, index * size + size);
          const { features, logits } = network.predict(Float64Array.from(picture, (value) => value / 255), 1);
          const [first, second] = [...logits].sort((a, b) => b - a), label = logits.indexOf(first);
          if (first - second < 1) continue;
          const counts = new Int32Array(size), facts = new Int32Array(7), begin = performance.now();
          M.exact(network.handle, picture, label, out(counts), out(facts));
          pictures.push({ index, features: [...features], logits: [...logits], label, flips: facts[0], pixels: facts[1],
                          certified: facts[3] === 1, seconds: (performance.now() - begin) / 1000 });
        }
        return { head: network.head, pictures };
      });
    })()""" % images)


def sections(browser):
    """Of a plane through three centroids, after another third class: how far these are from it, which classes the module
    gives their places in it and the layer the points themselves, and what the page says and shows of all points."""
    browser.click("#three button:nth-child(5)")
    browser.settle()
    found = browser.js("""(() => {
      const { M, plane: { views } } = page;
      return views.map((view) => {
        const { d, section, three, active } = view, width = view.z.length / active.length;
        const off = three.map((k) => distanceFrom(section, d, view.z, width * active.indexOf(k)));
        const places = view.points.places.slice(0, 50), logits = new Float64Array(active.length * places.length), classes = [];
        const x = Float64Array.from(places.flatMap((place) => [...pointAt(section, d, place)]));
        view.confidences(x, places.length, new Float64Array(logits.length), logits);
        const grounds = places.map(([a, b]) => {  // a picture of one pixel around the place
          const bytes = new Uint8Array(3), whole = view.window;
          view.window = new Float64Array([a - 1e-9, b - 1e-9, 2e-9]);
          view.ground(1, bytes);
          view.window = whole;
          return bytes[0];
        });
        for (let i = 0; i < places.length; ++i) classes.push(largest(logits.slice(i * active.length, (i + 1) * active.length)));
        return { three, off: Math.max(...off), classes, grounds, mean_off: view.points.off };
      });
    })()""")
    return {"views": found, "facts": numbers(browser), "said": text_of(browser, "softmax-cells") + text_of(browser, "gauss-cells")}


def attack(browser, generations):
    """Generations of differential evolution on the picture that is shown, the first one; then it runs."""
    steps = []
    for _ in range(generations):
        browser.js("document.getElementById('attack-said').removeAttribute('data-facts')")
        browser.click("#attack-step")
        facts = wait_for(browser, "document.getElementById('attack-said').dataset.facts")
        steps.append({"facts": [int(x) for x in facts.split()], **browser.js("page.attacked()")})
    browser.click("#attack-run")
    ran = wait_for(browser, "page.attacked().best.length > 6", 120)
    ended = browser.js("document.getElementById('attack-run').disabled")
    if not ended:
        browser.click("#attack-run")
    return {"steps": steps, "ran": ran or ended, "curve": browser.js("!document.getElementById('generations').hidden")}


def flip_of(browser):
    """A picture, pixel and value at which softmax's exact answer is another class."""
    return browser.js("""(() => {
      const { M, data, networks } = page, size = data.pictures.height * data.pictures.width, pixels = bytesOf(data.pictures.pixels);
      for (let index = 0; ; ++index) {
        const picture = pixels.slice(index * size, index * size + size), counts = new Int32Array(size), facts = new Int32Array(7);
        const { logits } = networks[0].predict(Float64Array.from(picture, (value) => value / 255), 1);
        const [first, second] = [...logits].sort((a, b) => b - a);
        if (first - second > 2 || first - second < .02) continue;
        M.exact(networks[0].handle, picture, largest(logits), out(counts), out(facts));
        if (facts[4] >= 0) return { index, pixel: facts[4], value: facts[5], from: largest(logits), to: facts[6] };
      }
    })()""")


def crossing(browser):
    flip = flip_of(browser)
    browser.click(f"#thumbnails button:nth-child({flip['index'] + 1})")
    width = browser.js("page.data.pictures.width")
    browser.click("#picture")
    box = place_of(browser, (flip["pixel"] % width + .5) / width, (flip["pixel"] // width + .5) / width, "picture")
    browser.drag(box, box, 1)
    before = text_of(browser, "crossed")
    browser.js("(() => { const slider = document.getElementById('value'); slider.value = %d;"
               " slider.dispatchEvent(new Event('input')) })()" % flip["value"])
    browser.settle()
    names = browser.js("page.data.classes")
    return {"before": before, "said": text_of(browser, "crossed"), "lit": browser.js("page.plane.views[0].lit"),
            "from": names[flip["from"]], "to": names[flip["to"]]}


def stopping(browser):
    """Asks about the picture that most changes may flip, and stops it on the way."""
    closest = browser.js("""(() => {
      const { data, networks } = page, size = data.pictures.height * data.pictures.width, pixels = bytesOf(data.pictures.pixels);
      const margins = Array.from({ length: pixels.length / size }, (_, i) => {
        const { logits } = networks[0].predict(Float64Array.from(pixels.slice(i * size, i * size + size), (value) => value / 255), 1);
        const [first, second] = [...logits].sort((a, b) => b - a);
        return first - second;
      });
      return margins.indexOf(Math.min(...margins));
    })()""")
    browser.click(f"#thumbnails button:nth-child({closest + 1})")
    browser.click("#every-softmax")
    decided = wait_for(browser, "document.getElementById('verdict').dataset.decided")
    browser.click("#every-stop")
    return {"decided": int(decided or -1), "said": text_of(browser, "verdict")}


STATE = """(() => {
  const { plane } = page, { value } = document.getElementById("value");
  return [...plane.views.map((view) => [...view.kept()].map(Math.fround)), plane.softmax.active, plane.softmax.three, plane.point,
          document.querySelector("#lesson h2").textContent, value, document.getElementById("crossed").textContent];
})()"""


def point(browser):
    """What moving a point costs, by class, after the key that chooses one; and whether its ray is drawn."""
    browser.js("document.getElementById('softmax-plane').focus()")
    browser.key("n")
    costs = browser.js("[...document.querySelectorAll('#costs > span:nth-child(3n)')].map((cost) => parseFloat(cost.textContent))")
    return {"costs": costs, "ray": browser.js("!document.getElementById('ray').hidden")}


def lesson(browser):
    """Walks the lesson: how many steps show their answer at once, and how many when asked for it."""
    count = browser.js("page.steps")
    early = answered = 0
    for step in range(count):
        early += text_of(browser, "answer") != ""
        browser.click("#show-answer")
        answered += text_of(browser, "answer") != ""
        if step + 1 < count:
            browser.click("#next-step")
    return {"count": count, "early": early, "answered": answered}


def link(browser, path):
    """What the page shows after it was touched, and what another shows that its link opens."""
    browser.click("#back")
    browser.drag(ring(browser, 1), place_of(browser, .3, .4), 2)
    if browser.js("page.data.pictures !== undefined"):
        browser.click("#thumbnails button:nth-child(3)")
        browser.drag(place_of(browser, .4, .4, "picture"), place_of(browser, .4, .3, "picture"))
    before = browser.js(STATE)
    for pause in (200, 600):  # the plane is drawn and comes to rest, is drawn anew, and goes into the address, however late
        browser.settle()
        browser.js(f"new Promise((done) => setTimeout(done, {pause}))")
    fragment = browser.js("location.hash")
    browser.open(path + fragment)
    browser.settle()
    return {"fragment": fragment, "before": before, "after": browser.js(STATE), "at": browser.js("scrollY")}


def main(path):
    draw, found = random.Random(1), {}
    browser = Browser()
    try:
        found["seconds"] = browser.open(path)
        found["start"] = numbers(browser)
        found["lesson"] = lesson(browser)
        if browser.js("page.plane.softmax.d > 2"):
            found["sections"] = sections(browser)
        classes = browser.js("page.data.classes.length")
        found["drags"] = drags(browser, 50, classes, draw)
        if classes > 3:
            for k in range(3, classes):
                browser.click(f"#classes button:nth-child({k + 1})")
            found["drags_of_three"] = drags(browser, 50, 3, draw)
        browser.js("document.querySelector('input[name=drag][value=row]').click()")
        found["rows"] = drags(browser, 10, min(classes, 3), draw)
        browser.click("#no-bias")
        found["no_bias"] = numbers(browser)
        before = browser.js("[...page.plane.softmax.z]")
        browser.js("document.getElementById('softmax-plane').focus()")
        browser.key("ArrowRight", SHIFT)
        found["key_moved"] = browser.js("[...page.plane.softmax.z]") != before
        browser.click("#back")
        browser.click("#break")
        found["broken"] = numbers(browser)
        browser.click("#break")
        found["mended"] = numbers(browser)
        browser.click("#step")
        found["step"] = numbers(browser)
        browser.click("#back")
        if browser.js("page.data.pictures !== undefined"):
            found["networks"] = networks(browser, 20)
            browser.click("#picture")
            browser.drag(place_of(browser, .5, .5, "picture"), place_of(browser, .5, .2, "picture"))
            found["pixel"] = browser.js("Number(document.getElementById('value').value)")
            browser.click("#restore")
            browser.click("#every-softmax")
            found["verdict"] = wait_for(browser, "document.getElementById('verdict').dataset.facts")
            found["attack"] = attack(browser, 3)
            browser.js("page.plane.choose(page.data.classes.map((_, k) => k))")
            found["crossing"] = crossing(browser)
            found["stopping"] = stopping(browser)
        found["point"] = point(browser)
        found["link"] = link(browser, path)
        browser.click("#train")
        found["frames"] = browser.js("""(async () => {
          const slider = document.getElementById("epoch"), begin = performance.now();
          while (document.getElementById("train").textContent === "Stop") await new Promise((done) => setTimeout(done, 20));
          return (Number(slider.max) + 1) / (performance.now() - begin) * 1000;
        })()""")
        found["trained"] = browser.js("document.getElementById('training-said').textContent")
        found["complaints"] = browser.complaints()
        browser.call("Emulation.setDeviceMetricsOverride", width=400, height=800, deviceScaleFactor=1, mobile=True)
        browser.settle()
        found["width_at_400"] = browser.js("document.documentElement.scrollWidth")
    finally:
        browser.close()
    print(json.dumps(found))


main(sys.argv[1])
