"""What the tests of the page share: a service with data of its own, workspaces in it, and browsers that are driven as people
drive them: by what is written on things, or by keys."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from selenium import webdriver
from selenium.common.exceptions import ElementClickInterceptedException, NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ["BATON_BINARY"]
PICTURES = pathlib.Path(os.environ.get("BATON_WEB_PICTURES") or ROOT / "build-web")
WAIT_S = 30
AXE = pathlib.Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--lang=en-GB"]
FITS = {"company.employees": 120, "seniority": "vp"}


def wait_for(what, condition, seconds=WAIT_S):
    """Waits until the condition holds, and gives what it gave."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = condition()
        except (StaleElementReferenceException, NoSuchElementException, ElementClickInterceptedException):
            found = None
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError("this does not come about in %d s: %s" % (seconds, what))
        time.sleep(0.03)


class Service:
    """`baton serve` with a PostgreSQL of its own."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="baton-web-"))
        self.folder.chmod(0o711)  # PostgreSQL's user passes through
        left_out = ("DATABASE_URL", "BATON_OWNER_URL", "BATON_SECRET_KEY_FILE")
        self.env = {k: v for k, v in os.environ.items() if k not in left_out}
        self.env |= {"BATON_DATA_DIR": str(self.folder / "data"), "BATON_LISTEN": "127.0.0.1:0"}
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen([BINARY, "serve"], env=self.env, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            self.url = wait_for("the service is ready", self.ready, 90)
        except AssertionError:
            self.stop()
            raise

    def ready(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        for line in (self.folder / "log").read_text().splitlines():
            if '"event":"listening"' in line:
                url = json.loads(line)["detail"]
                try:
                    with urllib.request.urlopen(url + "/readyz", timeout=5):
                        return url
                except OSError:
                    return None
        return None

    def stop(self):
        self.process.terminate()
        code = self.process.wait(WAIT_S)
        self.log.close()
        shutil.rmtree(self.folder)
        assert code == 0, "the service ended with %d" % code


class Workspace:
    """Ana of marketing, Sam and Sue of sales; signed: with definitions in force."""

    def __init__(self, service, name, signed=True):
        self.service, self.name = service, name
        file = service.folder / (name + "-keys.json")
        words = [BINARY, "workspace", "create", name, "--marketing", "ana@acme.example", "--sales", "sam@acme.example",
                 "--starter", "mql", "--starter", "sql", "--keys-file", str(file)] + (["--sign"] if signed else [])
        run = subprocess.run(words, env=service.env, capture_output=True, text=True, timeout=120, check=False)
        assert run.returncode == 0, run.stderr
        self.keys = {(k.get("member") or k["team"]).split("@")[0]: k["token"] for k in json.loads(file.read_text())["keys"]}

    def call(self, who, method, path, body=None):
        """(status, answer)"""
        headers = {"Authorization": "Bearer " + self.keys[who], "Content-Type": "application/json"}
        request = urllib.request.Request(self.service.url + path, method=method, headers=headers,
                                         data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def ask(self, who, method, path, body=None):
        status, answer = self.call(who, method, path, body)
        assert status < 300, "%s %s: %s" % (method, path, answer)
        return answer

    def upload(self, who, name, text):
        """A file that waits to be imported."""
        request = urllib.request.Request("%s/v1/imports?name=%s" % (self.service.url, name), method="POST", data=text.encode(),
                                         headers={"Authorization": "Bearer " + self.keys[who], "Content-Type": "text/csv"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def add_member(self, who, name):
        made = self.ask(who, "POST", "/v1/members", {"team": "sales", "name": name, "email": name + "@acme.example"})
        key = self.ask(who, "POST", "/v1/keys", {"title": name, "member": made["id"], "roles": ["work", "read"]})
        self.keys[name] = key["token"]

    def lead(self, name, source="google", company=None, **attributes):
        """A lead that qualifies; what the capture answers."""
        kind = "demo_requested" if source == "linkedin" else "form_submitted"
        self.leads = getattr(self, "leads", 0) + 1
        return self.ask("marketing", "POST", "/v1/leads", {
            "email": "lead%d@%s" % (self.leads, company or name.lower() + ".example"), "attributes": {"name": name, **FITS, **attributes},
            "touch": {"kind": kind, "source": source, "medium": "cpc"}})

    def link(self, who):
        return self.service.url + self.ask(who, "POST", "/v1/sessions/links")["link"]


class Browser:
    """Somebody's browser. What the page said on its console and where it asked is looked at when it is closed."""

    def __init__(self, width=1440, height=900, dark=False):
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in FLAGS:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")) if hasattr(webdriver, "ChromeService")
                                       else __import__("selenium.webdriver.chrome.service", fromlist=["Service"]).Service(shutil.which("chromedriver")))
        self.expected = ()  # statuses that the page may be refused with
        self.asked = []
        self.size(width, height, dark)

    def size(self, width, height=900, dark=False):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def sign_in(self, workspace, who):
        self.workspace = workspace
        self.driver.get(workspace.link(who))
        wait_for("%s is signed in" % who, lambda: self.all("nav.nav"))
        self.settled()
        return self

    def go(self, path):
        """Goes there, and waits for it; the queue stays itself when something else of it is shown."""
        same = self.run("""
            const there = '#/' + arguments[0], old = document.querySelector('.screen');
            if (there === location.hash) return true;
            const stays = old?.dataset.screen === 'queue' && /^#.queue/.test(there);
            if (!stays) old?.setAttribute('data-old', '');
            location.hash = there;
            return stays;""", path)
        if not same:
            wait_for("the screen %s is shown" % path, lambda: self.run("return Boolean(document.querySelector('.screen:not([data-old])'))"))
        self.settled()
        return self

    def settled(self):
        """What is asked for has come, and nothing is being filled in."""
        wait_for("the screen is filled", lambda: self.run(
            "return Boolean(document.querySelector('.screen h1')) && !document.querySelector('main [aria-busy=true]')"))

    def run(self, script, *words):
        return self.driver.execute_script(script, *words)

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css):
        return wait_for("there is %s" % css, lambda: next((e for e in self.all(css) if e.is_displayed()), None))

    def text(self, css="body"):
        return self.one(css).text

    def see(self, text, css="body", seconds=WAIT_S):
        """Waits until it is written there, and gives the seconds that it took."""
        begun = time.monotonic()
        try:
            wait_for("%r is written in %s" % (text, css), lambda: text in self.run("return document.querySelector(arguments[0])?.innerText || ''", css), seconds)
        except AssertionError as error:
            raise AssertionError("%s; there is: %s" % (error, self.run("return document.body.innerText")[:3000])) from None
        return time.monotonic() - begun

    def named(self, name, css="button, a, summary, label, [role=button]"):
        """Something to press, by how it begins to read."""
        script = ("return [...(document.querySelector('dialog[open]') || document).querySelectorAll(arguments[1])].find((e) => e.checkVisibility() &&"
                  " !e.disabled && (e.innerText || e.getAttribute('aria-label') || '').trim().startsWith(arguments[0])) || null")
        return wait_for("there is a %r to press" % name, lambda: self.run(script, name, css))

    def press(self, name, css="button, a, summary, label, [role=button]"):
        def click():
            element = self.named(name, css)
            self.run("arguments[0].scrollIntoView({block: 'center'})", element)
            element.click()
            return True
        wait_for("%r can be pressed" % name, click)

    def control(self, label):
        script = ("const box = document.querySelector('dialog[open]') || document; const found = [...box.querySelectorAll('label[for]')]"
                  ".find((e) => e.checkVisibility() && e.innerText.trim().startsWith(arguments[0])); return found ? document.getElementById(found.htmlFor) : null")
        return wait_for("there is a field %r" % label, lambda: self.run(script, label))

    def write(self, label, text):
        control = self.control(label)
        control.clear()
        control.send_keys(text)

    def choose(self, label, value):
        self.run("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change', {bubbles: true}))", self.control(label), value)

    def keys(self, *keys):
        """What is pressed goes to whatever has the focus."""
        chain = ActionChains(self.driver)
        for key in keys:
            if key.startswith(Keys.SHIFT):
                chain.key_down(Keys.SHIFT).send_keys(key[1:]).key_up(Keys.SHIFT)
            else:
                chain.send_keys(key)
        chain.perform()

    def tab_to(self, fits, most=80, back=False):
        """Moves the focus by Tab alone until what has it fits; its text."""
        for _ in range(most):
            self.keys((Keys.SHIFT + Keys.TAB) if back else Keys.TAB)
            text = self.run("const e = document.activeElement; return (e.labels?.[0]?.innerText || e.innerText || e.getAttribute('aria-label') || '').trim()")
            if fits(text):
                return text
        raise AssertionError("Tab leads to nothing like that")

    def dialog_closes(self):
        wait_for("the dialog closes", lambda: not self.all("dialog[open]"))

    def picture(self, name):
        PICTURES.mkdir(exist_ok=True)
        path = PICTURES / (name + ".png")
        self.driver.save_screenshot(str(path))
        return path

    def axe(self):
        """What axe finds wrong on the screen as it is."""
        self.run("if (!window.axe) { %s }" % AXE.read_text())
        found = self.driver.execute_async_script("axe.run(document, {resultTypes: ['violations']}).then((r) => arguments[0](r.violations), (e) => arguments[0]([{id: String(e), nodes: []}]))")
        return ["%s: %s" % (v["id"], "; ".join(n["html"][:160] + " " + n.get("failureSummary", "")[:200] for n in v["nodes"][:3])) for v in found]

    def note_requests(self):
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.asked.append(message["params"]["request"]["url"])
        return self.asked

    def console(self):
        """What was said on the console, but for refusals that the test wanted."""
        wanted = tuple("the server responded with a status of %d" % status for status in self.expected)
        return [e["message"] for e in self.driver.get_log("browser") if not any(w in e["message"] for w in wanted)]

    def close(self):
        self.driver.quit()


class WebTest(unittest.TestCase):
    """One service for all tests of a class; a workspace and browsers for each."""

    service = None
    number = 0
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.stop)

    def workspace(self, signed=True):
        WebTest.number += 1
        return Workspace(self.service, "acme-%d" % WebTest.number, signed)

    def browser(self, workspace=None, who=None, **size):
        browser = Browser(**size)
        self.addCleanup(self.close, browser)
        return browser.sign_in(workspace, who) if who else browser

    def close(self, browser):
        try:
            own = self.service.url
            self.assertEqual(browser.console(), [], "the console is silent")
            foreign = [url for url in browser.note_requests() if not url.startswith((own, "data:", "blob:", "about:", "chrome:")) and not getattr(browser, "travels", False)]
            self.assertEqual(foreign, [], "nothing is asked of another origin")
        finally:
            browser.close()
