#!/usr/bin/env python3
"""The HTML report in a real browser: open, search, click, keys, dark, phone, print.

usage: browser_test.py LOCKDEP BANK_JSON
SCREENSHOTS=DIR keeps what the browser showed, to look at.
"""

import base64
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

BANK = pathlib.Path(sys.argv.pop()).resolve()
LOCKDEP = pathlib.Path(sys.argv.pop()).resolve()
SCREENSHOTS = os.environ.get("SCREENSHOTS")


# How many pixels of the picture have the colour of findings.
COUNT_ORANGE = """
    let count = 0;
    for (const canvas of document.querySelectorAll("[data-part=canvas] canvas")) {
      const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] > 200 && data[i] > data[i + 1] + 50 && data[i + 1] > data[i + 2] + 50) ++count;
      }
    }
    return count;"""


def site(function, line):
    return {"function": function, "file": "/src/many.cc", "line": line, "module": "/bin/many",
            "offset": line}


def large_report(classes, dependencies):
    """A program with many locks, taken in layers, and one inversion among them."""
    report = json.loads(BANK.read_text())
    random.seed(1)
    names = [f"module_{i % 97}::Table::shard_lock_{i}" for i in range(classes)]
    pairs = set()
    while len(pairs) < dependencies:
        one, other = sorted(random.sample(range(classes), 2))
        pairs.add((one, min(other, one + 400)))
    pairs = {(a, b) for a, b in pairs if a != b} | {(10, 40), (40, 10)}
    report["findings"] = [finding for finding in report["findings"]
                          if finding["kind"] == "lock-order-inversion"][:1]
    for edge, (a, b) in zip(report["findings"][0]["edges"], [(10, 40), (40, 10)]):
        edge["from"], edge["to"] = names[a], names[b]
    report["graph"]["classes"] = [{"name": name, "kind": "mutex", "locks": 1} for name in names]
    report["graph"]["dependencies"] = [
        {"from": names[a], "to": names[b], "kinds": ["EN"], "declaration": "", "thread": "1",
         "from_site": site("Outer()", a), "to_site": site("Inner()", b)} for a, b in sorted(pairs)]
    return report, names


class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="lockdep-browser.")
        cls.directory = pathlib.Path(cls.holder.name)
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu",
                         "--window-size=1280,1000", f"--user-data-dir={cls.directory}/profile"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        options.binary_location = "/usr/bin/chromium"
        cls.browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        cls.browser.set_script_timeout(150)  # On a machine that does much else.

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        cls.holder.cleanup()

    def setUp(self):
        self.device(1280, 1000, phone=False)
        self.emulate(scheme="light")

    def tearDown(self):
        complaints = self.browser.get_log("browser")
        self.assertEqual(complaints, [], "the browser complained")

    def open(self, report, name):
        source = self.directory / f"{name}.json"
        source.write_text(report if isinstance(report, str) else json.dumps(report))
        page = self.directory / f"{name}.html"
        subprocess.run([LOCKDEP, "report", source, "-o", page], check=True, timeout=120)
        self.browser.get(f"file://{page}")

    def device(self, width, height, phone):
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone})
        self.browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": phone})

    def emulate(self, scheme, media=""):
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def shoot(self, name, part=None):
        """What nobody looks at is not painted, so that this is done whether it is kept or not."""
        if part:
            self.browser.execute_script("arguments[0].scrollIntoView()", self.part(part))
            time.sleep(0.4)
        if SCREENSHOTS is None:
            self.browser.get_screenshot_as_png()
            return
        pathlib.Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        self.browser.save_screenshot(f"{SCREENSHOTS}/{name}.png")

    def part(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.part(selector).text

    def panel(self):
        return self.text("[data-part=panel]")

    def search(self, words):
        field = self.part("#graph-search")
        field.clear()
        field.send_keys(words)
        return field

    def test_a_story_and_a_graph_can_be_read_searched_and_clicked(self):
        self.open(BANK.read_text(), "bank")
        self.shoot("bank")
        self.assertIn("can happen", self.text("h1"))
        self.assertTrue(self.part("#graph-explorer").is_displayed())
        self.assertFalse(self.browser.find_elements(By.CSS_SELECTOR, ".plain-graph:not([hidden])")
                         and self.part(".plain-graph").is_displayed())
        name = json.loads(BANK.read_text())["graph"]["dependencies"][0]["from"]
        self.search(name).send_keys(Keys.ENTER)
        self.assertIn(name, self.panel())
        self.assertIn("Taken while it was held", self.panel())
        self.shoot("bank-graph", "#graph")
        neighbour = self.part("[data-part=panel] li button")
        other = neighbour.text
        neighbour.click()
        self.assertEqual(self.text("[data-part=panel] h3"), other)

    def test_a_click_on_the_picture_chooses_a_class(self):
        self.open(BANK.read_text(), "bank")
        canvas = self.part("[data-part=canvas]")
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", canvas)
        name = json.loads(BANK.read_text())["graph"]["dependencies"][0]["from"]
        self.search(name).send_keys(Keys.ENTER)
        time.sleep(0.5)  # The picture moves to it: it is in the middle then.
        corner = (8 - canvas.size["width"] // 2, 8 - canvas.size["height"] // 2)
        webdriver.ActionChains(self.browser).move_to_element_with_offset(
            canvas, *corner).click().perform()
        self.assertIn("Choose a class", self.panel())
        webdriver.ActionChains(self.browser).move_to_element(canvas).click().perform()
        self.assertIn(name, self.panel())

    def test_keys_move_and_leave_the_picture(self):
        self.open(BANK.read_text(), "bank")
        canvas = self.part("[data-part=canvas]")
        look = "return arguments[0].querySelector('canvas:last-of-type').toDataURL()"
        self.browser.execute_script("arguments[0].focus()", canvas)
        time.sleep(0.3)
        before = self.browser.execute_script(look, canvas)
        webdriver.ActionChains(self.browser).send_keys("++", Keys.ARROW_LEFT).perform()
        time.sleep(0.3)
        self.assertNotEqual(self.browser.execute_script(look, canvas), before)
        self.assertIn("held", self.part("#graph-explorer").get_attribute("class"))
        webdriver.ActionChains(self.browser).send_keys(Keys.ESCAPE).perform()
        self.assertNotIn("held", self.part("#graph-explorer").get_attribute("class"))

    def test_five_thousand_classes_can_be_used(self):
        report, names = large_report(5000, 12000)
        start = time.monotonic()
        self.open(report, "large")
        opened = time.monotonic() - start
        self.shoot("large", "#graph")
        self.assertRegex(self.text("[data-part=count]"), r"^\d{1,3} of 5000 classes$")
        start = time.monotonic()
        self.search("shard_lock_4321").send_keys(Keys.ENTER)
        self.assertIn(names[4321], self.panel())
        found = time.monotonic() - start
        self.shoot("large-found", "#graph")
        start = time.monotonic()
        self.browser.execute_script("arguments[0].click()", self.part("[data-part=all]"))
        self.assertEqual(self.text("[data-part=count]"), "5000 of 5000 classes")
        self.browser.execute_async_script("requestAnimationFrame(() => arguments[0]())")
        drawn = time.monotonic() - start
        time.sleep(0.5)
        self.shoot("large-all", "#graph")
        self.assertGreater(self.browser.execute_script(COUNT_ORANGE), 60,
                           "the finding cannot be seen among all")
        self.assertEqual(self.part("#graph-search").get_attribute("value"), "")
        print(f"5,000 classes: opened in {opened:.1f} s, found in {found:.1f} s, "
              f"all drawn in {drawn:.1f} s")
        self.assertLess(opened + found + drawn, 60, "on a machine that does much else")

    def test_a_phone_and_the_dark_lose_nothing(self):
        self.device(390, 844, phone=True)
        self.emulate(scheme="dark")
        self.open(BANK.read_text(), "bank")
        self.shoot("phone-dark")
        self.shoot("phone-dark-graph", "#graph")
        width = self.browser.execute_script("return document.documentElement.scrollWidth")
        self.assertLessEqual(width, 390, "the page is wider than the phone")
        background = self.part("body").value_of_css_property("background-color")
        self.assertLess(sum(map(int, background[background.index("(") + 1:-1].split(",")[:3])), 200)
        self.search("lock").send_keys(Keys.ENTER)
        self.assertTrue(self.panel())

    def test_what_is_printed_has_the_story(self):
        self.open(BANK.read_text(), "bank")
        page = self.browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
        pdf = base64.b64decode(page["data"])
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.emulate(scheme="dark", media="print")
        shown = self.text("body")
        finding = json.loads(BANK.read_text())["findings"][0]
        self.assertIn(finding["title"].split(":")[0], shown)
        for edge in finding["edges"]:
            for frame in (frame for frame in edge["to_stack"] if frame["file"]):
                self.assertIn(f"{frame['file'].rsplit('/', 1)[-1]}:{frame['line']}", shown)
        self.assertFalse(self.part("#graph-search").is_displayed(), "what only a screen can use")
        self.assertEqual(self.part("body").value_of_css_property("background-color"),
                         "rgba(255, 255, 255, 1)")
        if SCREENSHOTS:
            pathlib.Path(SCREENSHOTS, "bank.pdf").write_bytes(pdf)

    def test_nothing_is_fetched(self):
        self.open(BANK.read_text(), "bank")
        fetched = self.browser.execute_script(
            "return performance.getEntriesByType('resource').map((entry) => entry.name)")
        self.assertEqual(fetched, [])


if __name__ == "__main__":
    unittest.main()
