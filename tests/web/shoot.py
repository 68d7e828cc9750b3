"""Takes pictures of a page of `voronet play`:

python3 tests/web/shoot.py PAGE readme FOLDER   plane.png and picture.png, which are the README's
python3 tests/web/shoot.py PAGE lesson FOLDER   each step of the lesson with its answer and proof, and the whole page, at
                                                1280 and 400 pixels, light and dark: step-1-400-dark.png, page-400-dark.png
"""
import base64
import os
import sys

from browser import Browser
from page import place_of, ring, wait_for


def shoot(browser, selectors, path):
    """What these elements cover together."""
    browser.settle()
    left, top, right, bottom = browser.js("""(() => {
      const boxes = %s.map((selector) => document.querySelector(selector).getBoundingClientRect());
      return [Math.min(...boxes.map((box) => box.x)) + scrollX, Math.min(...boxes.map((box) => box.y)) + scrollY,
              Math.max(...boxes.map((box) => box.right)) + scrollX, Math.max(...boxes.map((box) => box.bottom)) + scrollY];
    })()""" % selectors)
    clip = {"x": left, "y": top, "width": right - left, "height": bottom - top, "scale": 1}
    shot = browser.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
    with open(path, "wb") as file:
        file.write(base64.b64decode(shot["data"]))


def opened(page, fragment="", **options):
    browser = Browser(**options)
    browser.call("Emulation.setScrollbarsHidden", hidden=True)  # they would move what is cut out
    browser.open(page + fragment)
    browser.settle()
    return browser


def readme(page, folder):
    browser = opened(page, "#lesson=2&classes=0,1,2", width=900)
    try:
        browser.drag(ring(browser, 0), place_of(browser, .66, .42))
        browser.js("new Promise((done) => setTimeout(done, 1000))")  # while it moves, the plane is coarse
        shoot(browser, ["#lesson", "#softmax-plane", "#gauss-plane"], f"{folder}/plane.png")
        browser.open(page + "#picture=25,406,0")
        browser.click("#attack-step")
        wait_for(browser, "page.attacked().best.length > 0")
        shoot(browser, ["#picture-section .pair"], f"{folder}/picture.png")
    finally:
        browser.close()


def lesson(page, folder):
    for width in (1280, 400):
        for dark in (False, True):
            look = f"{width}-{'dark' if dark else 'light'}.png"
            browser = opened(page, width=width, dark=dark)
            try:
                browser.screenshot(f"{folder}/page-{look}")
                for step in range(1, 1 + browser.js("page.steps")):
                    browser.open(f"{page}#lesson={step}")
                    browser.click("#show-answer")
                    browser.js("document.querySelector('#lesson details').open = true")
                    shoot(browser, ["#lesson"], f"{folder}/step-{step}-{look}")
            finally:
                browser.close()


def main(page, what, folder):
    os.makedirs(folder, exist_ok=True)
    {"readme": readme, "lesson": lesson}[what](page, folder)


main(*sys.argv[1:])
