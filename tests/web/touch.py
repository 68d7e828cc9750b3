"""Touches a page of `voronet play` as a reader does, and prints as JSON what stands there then: python3 touch.py PAGE"""
import json
import random
import sys

from browser import Browser

SHIFT = 8  # a modifier


def numbers(browser):
    """Which the page shows, in full: T1's residual, mismatches, and so on (softmax_facts in web/module.cpp)."""
    browser.settle()
    return [float(x) for x in browser.js("document.getElementById('softmax-numbers').dataset.facts").split()]


def place_of(browser, share_x, share_y, canvas="softmax-plane"):
    box = browser.js(f"(() => {{ const c = document.getElementById('{canvas}'); c.scrollIntoView({{block: 'center'}});"
                     " const b = c.getBoundingClientRect(); return [b.x, b.y, b.width, b.height] })()")
    return box[0] + share_x * box[2], box[1] + share_y * box[3]


def ring(browser, k):
    """Where the centroid number k is on the screen."""
    x, y = browser.js(f"(() => {{ const {{z, window: w}} = page.plane.softmax;"
                      f" return [(z[3 * {k}] - w[0]) / w[2], 1 - (z[3 * {k} + 1] - w[1]) / w[2]] }})()")
    return place_of(browser, x, y)


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


def main(path):
    draw, found = random.Random(1), {}
    browser = Browser()
    try:
        found["seconds"] = browser.open(path)
        found["start"] = numbers(browser)
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
            found["verdict"] = browser.js("""(async () => {
              const told = document.getElementById("verdict");
              for (let i = 0; i < 600 && !told.dataset.facts; ++i) await new Promise((done) => setTimeout(done, 50));
              return told.dataset.facts;
            })()""")
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
