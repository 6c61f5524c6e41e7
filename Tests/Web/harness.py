"""Runs checks of the web pages in a real Chromium, against any server that speaks the API."""

import json
import os
import shutil
import time
import traceback
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

# Generous, because a build may run on the same machine; a wait ends as soon as what it waits for is there.
expect.set_options(timeout=15_000)
AXE = None
checks = []


class Lacking(Exception):
    """The library at hand has not what a check needs."""


def check(run):
    """Registers a check; it gets a `Session` and leaves the library as it was, unless its name begins with `forget`."""
    checks.append(run)
    return run


def axe_source():
    global AXE
    if AXE is None:
        import axe_playwright_python

        AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text()
    return AXE


class Session:
    """One signed-in browser context with the faults that its pages reported."""

    def __init__(self, browser, options, **context):
        self.options = options
        self.base = options.url.rstrip("/")
        self.browser = browser
        # Scripts from here (axe) have to run beside the page's policy, which is watched on its own.
        self.context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 860}, "storage_state": options.signed_in, **context}
        )
        self.faults = []
        self.expected = []
        self.page = self.tab()
        # Signing in is limited to a few times a minute, so it is done once for all checks.
        self.page.goto(self.base + "/" if options.signed_in else f"{self.base}/?token={options.token}")
        self.page.wait_for_selector("h1")
        if not options.signed_in:
            options.signed_in = self.context.storage_state()
        self.csrf = self.get("/session")["csrf"]

    def tab(self):
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: message.type == "error" and self._fault(message.text))
        page.on("pageerror", lambda error: self._fault(str(error)))
        page.on("request", self._outside)
        return page

    def _fault(self, text):
        if not any(part in text for part in self.expected):
            self.faults.append(text[:300])

    def _outside(self, request):
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.faults.append(f"request to the outside: {request.url}")

    def expect_fault(self, *parts):
        """Browsers log every failed request; those a check causes on purpose are named here."""
        self.expected.extend(parts)

    def open(self, path, page=None):
        page = page or self.page
        page.goto(self.base + path)
        page.wait_for_selector("h1, .empty")
        settle(page)
        return page

    def get(self, path):
        answer = self.context.request.get(f"{self.base}/v1{path}")
        assert answer.ok, f"GET {path}: {answer.status} {answer.text()[:200]}"
        return answer.json()

    def send(self, method, path, body=None, version=None):
        headers = {"X-CSRF-Token": self.csrf, "Content-Type": "application/json"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = self.context.request.fetch(
            f"{self.base}/v1{path}", method=method, headers=headers, data=json.dumps(body or {})
        )
        assert answer.ok, f"{method} {path}: {answer.status} {answer.text()[:200]}"
        return answer.json() if answer.text() else {}

    def people(self, filter_, count, smallest=1):
        """Some people of a kind, the largest first."""
        items = [
            person
            for person in self.get(f"/people?filter={filter_}&sort=faces&limit=200")["items"]
            if person["faces"] >= smallest
        ]
        if len(items) < count:
            raise Lacking(f"{count} {filter_} people with {smallest} faces or more")
        return items[:count]

    def spoken_for(self):
        """Undoes what a check has decided, newest first, so that the next one finds the library as it was."""
        mark = self.get("/decisions?limit=1")["items"]
        return mark[0]["seq"] if mark else 0

    def undo_since(self, seq):
        for decision in self.get("/decisions?limit=100")["items"]:
            if (
                decision["seq"] > seq
                and decision["undoable"]
                and not decision["undoneBy"]
                and decision["kind"] != "undo"
            ):
                self.send("POST", f"/decisions/{decision['id']}:undo")

    def close(self):
        self.context.close()


def settle(page):
    """Waits until the scripts have drawn, nothing is grey and nothing turns."""
    page.wait_for_selector("main [data-first]", state="detached", timeout=30_000)
    page.wait_for_selector("main .skeleton", state="detached", timeout=30_000)
    page.wait_for_timeout(60)


def eventually(page, holds, what):
    """Waits for what takes as long as the machine needs."""
    end = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < end, what
        page.wait_for_timeout(100)


def toast(page, text=None):
    found = page.locator("#toasts .toast").last
    expect(found).to_be_visible()
    if text:
        expect(found).to_contain_text(text)
    return found


def field(page):
    """The field for a name that is open."""
    return page.locator(".namefield input")


def options(page):
    """What the field suggests."""
    return page.locator(".namefield [role=option]")


def focused(page):
    return page.evaluate("""() => {
        const node = document.activeElement;
        return {id: node.closest('[data-id]')?.dataset.id ?? null, label: node.getAttribute('aria-label'), text: node.textContent.trim().slice(0, 80), tag: node.tagName};
    }""")


def tab_to(page, selector, most=60):
    """Presses Tab until something that matches has the focus: proof that keys alone get there."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with Tab")


def first_tile(page):
    tab_to(page, "main .tile")
    return focused(page)["id"]


def tiles_selected(page, count):
    """Waits until so many tiles of the grid are selected."""
    expect(page.locator("main ul.grid > li.selected")).to_have_count(count)


def axe(page, where):
    """Axe with the rules of WCAG 2.2 AA; answers its complaints as lines."""
    page.evaluate(axe_source())
    result = page.evaluate(
        """() => axe.run(document, {runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}, resultTypes: ['violations']})"""
    )
    return [
        f"{where}: {fault['id']} ({fault['impact']}): {node['html'][:140]} {node['any'][0]['message'][:160] if node['any'] else ''}"
        for fault in result["violations"]
        for node in fault["nodes"][:3]
    ]


def chromium():
    path = (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    return {"executable_path": path} if path else {}


def run(options):
    """Runs the chosen checks; answers how many failed and which the library could not serve."""
    failed, lacking = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(args=["--no-sandbox"], **chromium())
        for each in checks:
            name = each.__name__
            if options.only and not any(part in name for part in options.only):
                continue
            if name.startswith("forget") and not options.destructive:
                continue
            began = time.monotonic()
            session = mark = None
            try:
                session = Session(browser, options)
                mark = session.spoken_for()
                each(session)
                assert not session.faults, "the browser reported:\n  " + "\n  ".join(dict.fromkeys(session.faults))
                verdict = "pass"
            except Lacking as lack:
                verdict = f"LACKS {lack}"
                lacking.append(name)
            except Exception as error:
                verdict = "FAIL"
                failed.append(name)
                print(traceback.format_exc() if options.verbose else f"  {str(error)[:1500]}")
                if session and options.out:
                    Path(options.out).mkdir(parents=True, exist_ok=True)
                    session.page.screenshot(path=f"{options.out}/{name}.png")
            finally:
                if session:
                    try:
                        if mark is not None and not name.startswith("forget"):
                            session.undo_since(mark)
                    except AssertionError as error:
                        print(f"  could not put the library back: {str(error)[:200]}")
                    session.close()
            print(f"{verdict:5} {name} ({time.monotonic() - began:.1f} s)", flush=True)
        browser.close()
    return failed, lacking
