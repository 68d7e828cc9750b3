"""Where things are on a page of `voronet play`, and waiting for what it says."""


def place_of(browser, share_x, share_y, canvas="softmax-plane"):
    box = browser.js(f"(() => {{ const c = document.getElementById('{canvas}'); c.scrollIntoView({{block: 'center'}});"
                     " const b = c.getBoundingClientRect(); return [b.x, b.y, b.width, b.height] })()")
    return box[0] + share_x * box[2], box[1] + share_y * box[3]


def ring(browser, k):
    """Where the centroid number k is on the screen."""
    x, y = browser.js(f"(() => {{ const layer = page.plane.softmax, w = layer.window, [x, y] = layer.centroids()[{k}];"
                      " return [(x - w[0]) / w[2], 1 - (y - w[1]) / w[2]] })()")
    return place_of(browser, x, y)


def text_of(browser, name):
    return browser.js(f"document.getElementById('{name}').textContent")


def wait_for(browser, condition, seconds=60):
    """The first value of an expression that is true."""
    return browser.js("""(async () => {
      for (let i = 0; i < %d; ++i) {
        const value = %s;
        if (value) return value;
        await new Promise((done) => setTimeout(done, 20));
      }
    })()""" % (50 * seconds, condition))
