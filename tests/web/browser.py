"""Chromium, driven over a pipe by its DevTools protocol: real pointers and keys, and all that a page complains of."""
import json
import os
import subprocess
import tempfile
import time


class Browser:
    def __init__(self, width=1280, height=900, dark=False):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self.write = os.pipe()
        self.read, from_browser = os.pipe()

        def pipes():  # Chromium reads from 3 and writes to 4
            os.dup2(to_browser, 198), os.dup2(from_browser, 199)
            os.dup2(198, 3), os.dup2(199, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
             f"--user-data-dir={self.folder.name}", "about:blank"],
            close_fds=False, preexec_fn=pipes, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        os.close(to_browser), os.close(from_browser)
        self.next, self.buffer, self.events, self.session = 0, b"", [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def message(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.read, 1 << 20)
            if not piece:
                raise RuntimeError("the browser is gone")
            self.buffer += piece
        one, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, **parameters):
        self.next += 1
        command = {"id": self.next, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.write, json.dumps(command).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.next:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def js(self, expression):
        """The value of an expression, which may be a promise."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(expression + ": " + json.dumps(result["exceptionDetails"])[:500])
        return result["result"].get("value")

    def open(self, path):
        """Returns the seconds until the page, whose name may end in a fragment, says that it is ready."""
        self.call("Page.navigate", url="about:blank")  # another fragment alone would not load it anew
        while self.js("location.href") != "about:blank":
            time.sleep(0.01)
        begin = time.time()
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        while self.js("document.body && document.body.dataset.ready") != "yes":
            if time.time() - begin > 30:
                raise RuntimeError("the page is not ready after 30 s: " + str(self.complaints()))
            time.sleep(0.02)
        return time.time() - begin

    def settle(self):
        """Waits until what changed is drawn."""
        self.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))")

    def mouse(self, kind, x, y):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=int(kind != "mouseReleased"),
                  clickCount=1)

    def drag(self, start, end, steps=3):
        self.mouse("mousePressed", *start)
        for i in range(1, steps + 1):
            self.mouse("mouseMoved", *(a + (b - a) * i / steps for a, b in zip(start, end)))
        self.mouse("mouseReleased", *end)
        self.settle()

    def click(self, selector):
        x, y = self.js(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});"
                       " const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2] })()")
        self.drag((x, y), (x, y), 1)

    def key(self, key, modifiers=0):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, modifiers=modifiers,
                      text=key if kind == "keyDown" and len(key) == 1 else "")
        self.settle()

    def screenshot(self, path, whole=True):
        import base64
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole, **({"clip": clip} if whole else {}))
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def complaints(self):
        """Errors, warnings, and requests to anywhere but the page itself."""
        found = []
        for event in self.events:
            method, of = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                found.append(of["exceptionDetails"].get("exception", {}).get("description", "an exception"))
            elif method == "Log.entryAdded" or (method == "Runtime.consoleAPICalled" and of["type"] in ("error", "warning")):
                found.append(json.dumps(of)[:300])
            elif method == "Network.requestWillBeSent" and not of["request"]["url"].startswith(("file:", "data:", "blob:")):
                found.append("asked for " + of["request"]["url"])
        return found

    def close(self):
        """Asks it to end, since processes of one that was killed would go on writing into the folder."""
        self.session = None  # the command is the browser's, not a page's
        try:
            self.call("Browser.close")
            self.process.wait(20)
        finally:
            self.process.kill()
            self.process.wait()
            self.folder.cleanup()
