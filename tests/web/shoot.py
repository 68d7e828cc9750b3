"""Takes the README's picture of an attack on a page of `voronet play`: python3 tests/web/shoot.py PAGE OUT.png"""
import base64
import sys

from browser import Browser


def main(page, out):
    browser = Browser(900, 900)
    try:
        browser.call("Emulation.setScrollbarsHidden", hidden=True)  # they would move what is cut out
        browser.open(page + "#picture=25,406,0")
        browser.click("#attack-step")
        browser.js("""(async () => {
          while (page.attacked().best.length === 0) await new Promise((done) => setTimeout(done, 20));
        })()""")
        browser.settle()
        left, top, right, bottom = browser.js("""(() => {
          const box = document.getElementById("picture").parentElement.parentElement.getBoundingClientRect();
          return [box.x + scrollX, box.y + scrollY, box.right + scrollX, box.bottom + scrollY];
        })()""")
        clip = {"x": left, "y": top, "width": right - left, "height": bottom - top, "scale": 1}
        shot = browser.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        with open(out, "wb") as file:
            file.write(base64.b64decode(shot["data"]))
    finally:
        browser.close()


main(*sys.argv[1:])
