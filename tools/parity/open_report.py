#!/usr/bin/env python3
"""Opens a training's report in headless Chromium and fails on whatever a reader should not meet.

That is: an error or a warning on the console, a request for anything but the page itself, a missing chart or part,
a picture that does not load, a chart without a title, text beyond a chart's edge, a page wider than the window (a
wide one and a telephone's). Needs chromium and nothing else.

    tools/parity/open_report.py runs/fashion-mnist-1/report.html [--screenshots FOLDER]
"""
import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKS = r"""
(() => {
  const problems = [], text = element => element.textContent.trim();
  const parts = [...document.querySelectorAll('h2')].map(text);
  const part = name => [...document.querySelectorAll('section')].find(s => text(s.querySelector('h2')) === name);
  for (const name of ['Curves', 'Network', 'Settings'])
    if (!parts.includes(name)) problems.push(`no part is called ${name}`);
  if (document.querySelectorAll('script, link[rel=stylesheet], iframe').length) problems.push('it is not self-contained');
  for (const svg of document.querySelectorAll('svg')) {
    const title = svg.querySelector('.title'), frame = svg.getBoundingClientRect();
    if (!title || !text(title)) problems.push('a chart has no title');
    const name = title ? text(title) : '?';
    if (frame.width < 200 || frame.height < 120) problems.push(`chart ${name} is ${frame.width} by ${frame.height}`);
    if (!svg.querySelector('.name')) problems.push(`chart ${name} has no name at its axis`);
    if (!svg.querySelector('polyline, circle')) problems.push(`chart ${name} is empty`);
    const boxes = [...svg.querySelectorAll('text')].map(t => [text(t), t.getBoundingClientRect()]);
    for (const [label, box] of boxes) {
      if (/NaN|inf/.test(label)) problems.push(`chart ${name} says ${label}`);
      if (box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom)
        problems.push(`in chart ${name} "${label}" lies beyond the edge`);
    }
    boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
      if (p.left < q.right && q.left < p.right && p.top < q.bottom - 2 && q.top < p.bottom - 2)
        problems.push(`in chart ${name} "${a}" and "${b}" overlap`);
    }));
  }
  const network = part('Network'), settings = part('Settings'), curves = part('Curves');
  if (curves && !curves.querySelector('svg')) problems.push('there are no curves');
  const epochs = [...document.querySelectorAll('.facts div')].map(text).find(t => /epochs/.test(t));
  if (epochs && curves)
    for (const svg of curves.querySelectorAll('svg'))
      if (!svg.querySelector('polyline')) problems.push('a curve has no line');
  for (const figure of document.querySelectorAll('figure'))
    if (!figure.querySelector('img')) problems.push('a figure has no picture');
  if (network && network.querySelectorAll('tbody tr').length < 1) problems.push('the network has no layers');
  if (settings && !/adjoint train /.test(text(settings))) problems.push('the command is not named');
  if (settings && !/[0-9a-f]{64}/.test(text(settings))) problems.push('the digest is not named');
  if (/accuracy/.test(document.querySelector('.facts').textContent)) {
    const confusion = part('Confusion matrix');
    if (!confusion) problems.push('there is no confusion matrix');
    else if (!/100\.00/.test(document.querySelector('.facts').textContent) && !part('Worst mistakes'))
      problems.push('there are no worst mistakes');
  }
  if (/R²/.test(document.querySelector('.facts').textContent) && !part('Predictions') && !part('What comes back'))
    problems.push('there are no predictions over truths');
  for (const image of document.querySelectorAll('img'))
    if (!image.naturalWidth || image.getBoundingClientRect().height < 40) problems.push(`${image.alt} is not seen`);
  return JSON.stringify({problems, parts, charts: document.querySelectorAll('svg').length,
                         pictures: document.images.length});
})()
"""
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Browser:
    """Chromium, spoken to through a pipe in its DevTools protocol."""

    def __init__(self, program):
        (read, self.write_end), (self.read_end, write) = os.pipe(), os.pipe()
        self.profile = tempfile.mkdtemp()
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                   "--remote-debugging-pipe", f"--user-data-dir={self.profile}"]
        line = ["sh", "-c", f'exec "$@" 3<&{read} 4>&{write}', "sh", *command]
        self.process = subprocess.Popen(line, pass_fds=[read, write], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        os.close(read)
        os.close(write)
        self.rest, self.count, self.events, self.session = b"", 0, [], None

    def message(self):
        while b"\0" not in self.rest:
            more = os.read(self.read_end, 1 << 20)
            if not more:
                raise SystemExit("open_report: chromium ended")
            self.rest += more
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def call(self, method, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise SystemExit(f"open_report: {method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def value(self, expression):
        return self.call("Runtime.evaluate", expression=expression, awaitPromise=True)["result"]["value"]

    def open(self, url):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(domain + ".enable")
        self.call("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self.message())

    def close(self):
        self.session = None
        self.call("Browser.close")
        self.process.wait()
        os.close(self.write_end)
        os.close(self.read_end)
        shutil.rmtree(self.profile, ignore_errors=True)

    def complaints(self, url):
        for event in self.events:
            method, said = event.get("method"), event.get("params", {})
            if method == "Network.requestWillBeSent":
                asked = said["request"]["url"]
                if asked != url and not asked.startswith("data:"):
                    yield f"it asks for {asked}"
            elif method == "Log.entryAdded":
                yield f"{said['entry']['level']}: {said['entry']['text']}"
            elif method == "Runtime.exceptionThrown":
                yield said["exceptionDetails"]["text"]
            elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
                yield f"console: {said['args']}"


def resize(browser, width, height):
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)


def screenshot(browser, path, scheme, width):
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    resize(browser, width, 100)
    resize(browser, width, browser.value("document.documentElement.scrollHeight"))
    data = browser.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
    Path(path).write_bytes(base64.b64decode(data))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("reports", nargs="+")
    parser.add_argument("--screenshots", help="leaves pictures of the page by day, by night and on a telephone here")
    options = parser.parse_args()
    program = next((found for name in ["chromium", "chromium-browser", "google-chrome"]
                    if (found := shutil.which(name))), None)
    if not program:
        raise SystemExit("open_report: no chromium is installed")
    failed = False
    for report in options.reports:
        url = Path(report).resolve().as_uri()
        browser = Browser(program)
        browser.open(url)
        problems = []
        for width in [1100, 390]:
            resize(browser, width, 900)
            found = json.loads(browser.value(CHECKS))
            problems += [f"{problem} (window of {width})" for problem in found["problems"]]
            if (more := browser.value(WIDE)) > 0:
                problems.append(f"the page is {more} wider than a window of {width}")
        problems += browser.complaints(url)
        if options.screenshots:
            name = f"{options.screenshots}/{Path(report).resolve().parent.name}"
            screenshot(browser, name + "-telephone.png", "light", 390)
            screenshot(browser, name + "-night.png", "dark", 1100)
            screenshot(browser, name + "-day.png", "light", 1100)
        browser.close()
        print(f"{report}: {found['charts']} charts, {found['pictures']} pictures; parts: {', '.join(found['parts'])}")
        for problem in problems:
            print(f"  {problem}")
        failed = failed or bool(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
