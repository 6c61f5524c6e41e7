"""The first ten minutes with a library, taken as a film: `film.py --url … --token … --out FOLDER`.

A person is named, two groups are merged, one is split, and it is taken back, all in a real Chromium; each step is checked
with the server before its picture is taken. The library wants six unnamed people, of whom two are the same. Pillow, where it
is there, makes one animated WebP of the pictures.
"""

import argparse
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from harness import Session, chromium, field, first_tile, focused, options, settle, toast

SIZE = {"width": 1100, "height": 740}


class Film:
    def __init__(self, session, out):
        self.session, self.page, self.out, self.count = session, session.page, Path(out), 0
        self.out.mkdir(parents=True, exist_ok=True)

    def take(self, name):
        self.page.wait_for_timeout(350)
        self.count += 1
        self.page.screenshot(path=self.out / f"{self.count:02d}-{name}.png")
        print(f"{self.count:02d} {name}")


def name_somebody(film, who, year):
    """In the grid, with keys alone."""
    page, session = film.page, film.session
    page.get_by_role("link", name="People", exact=False).first.click()
    page.wait_for_url("**/people*")
    page.goto(f"{session.base}/people?show=unnamed")
    settle(page)
    page.wait_for_selector("main ul.people > li[data-id]")
    film.take("unnamed")
    first_tile(page)
    people = session.get("/people?filter=unnamed&sort=faces&limit=100")["items"]
    person = next(each["id"] for each in people if (each["firstSeen"] or "").startswith(year))
    while focused(page)["id"] != person:
        page.keyboard.press("ArrowRight")
    page.keyboard.press("n")
    page.keyboard.type(who, delay=20)
    options(page).last.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the suggestions fit"
    film.take("name")
    page.keyboard.press("Enter")
    toast(page)
    assert session.get(f"/people/{person}")["name"] == who
    return person


def merge_two(film, one, other, who):
    page, session = film.page, film.session
    page.goto(f"{session.base}/people/{one}")
    settle(page)
    before = session.get(f"/people/{one}")["faces"] + session.get(f"/people/{other}")["faces"]
    page.get_by_role("button", name=f"Merge with {who or 'Unnamed'}").first.scroll_into_view_if_needed()
    film.take("alike")
    page.locator(f"section.alike img[src*='{session.get(f'/people/{other}')['avatar']}']").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("After it")
    dialog.locator(".preview img").first.wait_for()
    film.take("merge")
    dialog.get_by_role("button", name="Merge", exact=True).click()
    toast(page)
    page.evaluate("scrollTo(0, 0)")
    settle(page)
    now = session.get(f"/people/{one}")
    assert now["faces"] == before, "both are one now"
    assert session.get(f"/people/{other}")["id"] == now["id"], "and the old address leads there"
    film.take("merged")
    return now["id"]


def split_off(film, person):
    page, session = film.page, film.session
    before = session.get(f"/people/{person}")["faces"]
    page.locator("main a.button", has_text="Split").click()
    page.wait_for_selector("main .parts")
    settle(page)
    film.take("parts")
    if not page.locator(".confirmbar .primary:enabled").count():
        page.locator("[data-part] .tile").last.focus()
        page.keyboard.press("x")
    page.locator(".confirmbar .primary").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("keeps")
    film.take("split")
    dialog.get_by_role("button", name="Split", exact=True).click()
    toast(page, "Split")
    settle(page)
    assert session.get(f"/people/{person}")["faces"] < before
    film.take("divided")
    page.keyboard.press("z")
    toast(page, "Undone")
    settle(page)
    assert session.get(f"/people/{person}")["faces"] == before, "all are back"
    film.take("undone")


def alike(session, person):
    """Who resembles the person most, and has no name."""
    found = [each["person"] for each in session.get(f"/people/{person}/similar?limit=4")["items"]]
    return next(each["id"] for each in found if not each["name"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--url", "--token", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--name", default="Grace Hopper", help="whom to name")
    parser.add_argument("--year", default="1984", help="the first year of whom to name")
    given = parser.parse_args()
    given.signed_in = None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(args=["--no-sandbox", "--font-render-hinting=none"], **chromium())
        session = Session(browser, given, viewport=SIZE, reduced_motion="reduce")
        film = Film(session, given.out)
        session.open("/")
        film.take("overview")
        person = name_somebody(film, given.name, given.year)
        merged = merge_two(film, person, alike(session, person), None)
        split_off(film, merged)
        session.open("/people")
        film.take("people")
        session.open("/journal")
        film.take("journal")
        assert not session.faults, session.faults
        browser.close()
    weave(Path(given.out))


def weave(folder, width=880):
    try:
        from PIL import Image
    except ImportError:
        return
    frames = []
    for path in sorted(folder.glob("[0-9]*.png")):
        image = Image.open(path).convert("RGB")
        frames.append(image.resize((width, image.height * width // image.width), Image.LANCZOS))
    frames[0].save(folder / "film.webp", save_all=True, append_images=frames[1:], duration=2200, loop=0, quality=72, method=6)
    print(f"film.webp: {(folder / 'film.webp').stat().st_size} bytes, {len(frames)} pictures")


if __name__ == "__main__":
    main()
