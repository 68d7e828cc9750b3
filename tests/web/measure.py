"""How fast a page of `voronet play` is, on this machine, as it is: python3 tests/web/measure.py PAGE

Prints the page's size, the seconds from navigation to the drawn planes (the median of five), the frames a second while 500
points are trained on for 200 epochs and while a centroid is dragged, and how long the exact answer about each picture
takes, on one core, head by head."""
import os
import statistics
import sys
import time

from browser import Browser
from page import place_of, ring, wait_for


def machine():
    with open("/proc/cpuinfo") as file:
        name = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown processor")
    return f"{name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {time.strftime('%Y-%m-%d')}"


WATCH = """new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => { window.drawn = performance.now() / 1000; })))
  .observe(document, { subtree: true, attributes: true, attributeFilter: ["data-ready"] })"""


def opening(browser, path):
    browser.open(path)
    return wait_for(browser, "window.drawn")


def training(browser):
    browser.click("#train")
    begin = time.time()
    wait_for(browser, "document.getElementById('train').textContent === 'Train'")
    return browser.js("Number(document.getElementById('epoch').max) + 1") / (time.time() - begin)


def dragging(browser, seconds=4):
    """Pointers as fast as the page takes them; counted is how often it draws the softmax plane."""
    browser.js("""(() => {
      const layer = page.plane.softmax, ground = layer.ground;
      window.planes = 0;
      layer.ground = (...given) => { ++planes; return ground(...given); };
    })()""")
    start, ends = ring(browser, 0), [place_of(browser, .3, .3), place_of(browser, .7, .6)]
    browser.mouse("mousePressed", *start)
    begin, moves = time.time(), 0
    while time.time() < begin + seconds:
        share = abs(moves % 100 / 50 - 1)
        browser.mouse("mouseMoved", *(share * a + (1 - share) * b for a, b in zip(*ends)))
        moves += 1
    rate = browser.js("planes") / (time.time() - begin)
    browser.mouse("mouseReleased", *ends[0])
    return rate


def exact(browser, network, picture):
    """Seconds of the answer about every change of one pixel of that picture."""
    return browser.js("""(() => {
      const { M, data, networks } = page, network = networks[%d], size = data.pictures.height * data.pictures.width;
      const pixels = bytesOf(data.pictures.pixels).slice(%d * size, %d * size + size);
      const label = largest(network.predict(Float64Array.from(pixels, (value) => value / 255), 1).logits);
      const begin = performance.now();
      M.exact(network.handle, pixels, label, out(new Int32Array(size)), out(new Int32Array(7)));
      return (performance.now() - begin) / 1000;
    })()""" % (network, picture, picture))


def row(what, value):
    print(f"{what:44}{value:>16}", flush=True)


def main(path):
    browser = Browser()
    try:
        browser.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        print(machine())
        row("size of the page", f"{os.path.getsize(path):,} bytes")
        row("planes drawn after", f"{statistics.median(opening(browser, path) for _ in range(5)):.2f} s")
        row("training, 500 points, 200 epochs", f"{training(browser):.0f} frames/s")
        row("dragging a centroid", f"{dragging(browser):.0f} frames/s")
        heads = browser.js("page.networks.map(({ head }) => head)")
        count = browser.js("page.data.pictures ? bytesOf(page.data.pictures.pixels).length / page.data.pictures.height"
                           " / page.data.pictures.width : 0")
        for number, head in enumerate(heads if count else []):
            seconds = [exact(browser, number, picture) for picture in range(count)]
            row(f"{head}: exact answer, median of {count}", f"{statistics.median(seconds):.2f} s")
            row(f"{head}: exact answer, the longest", f"{max(seconds):.1f} s")
            row(f"{head}: exact answers within 3 s", f"{sum(x <= 3 for x in seconds)} of {count}")
    finally:
        browser.close()


main(*sys.argv[1:])
