"""What every page owes, whatever it shows: it works, fits, can be read and can be reached."""

import gzip
from pathlib import Path

from playwright.sync_api import expect

from harness import Session, axe, check, settle, tab_to

WEB = Path(__file__).resolve().parents[2] / "Sources/FaceServer/Web"


def addresses(session):
    """One address for each page, with real ids in it."""
    found = {
        "/": "overview",
        "/people": "people",
        "/people?show=unnamed": "unnamed",
        "/people?show=hidden": "hidden",
        "/review": "review",
        "/loose": "loose",
        "/photos": "photos",
        "/photos?state=failed": "failed",
        "/search": "search",
        "/search?by=people": "together",
        "/imports": "imports",
        "/jobs": "jobs",
        "/settings": "settings",
        "/journal": "journal",
    }
    people = session.get("/people?filter=all&sort=faces&limit=1")["items"]
    if people:
        person = people[0]["id"]
        faces = session.get(f"/people/{person}/faces?limit=1")["items"]
        found |= {
            f"/people/{person}": "person",
            f"/people/{person}?view=photos": "person's photos",
            f"/people/{person}/split": "split",
            f"/photos/{faces[0]['photo']}": "photo",
            f"/search?face={faces[0]['id']}": "search by face",
        }
    return found


@check
def every_page_opens(session):
    for path, name in addresses(session).items():
        page = session.open(path)
        assert page.locator("main h1").count() == 1, f"{name}: one h1"
        assert page.title().endswith("likeness") and len(page.title()) > 8, f"{name}: title {page.title()!r}"
        assert page.locator("main .empty.error").count() == 0, (
            f"{name}: {page.locator('main .empty.error').inner_text()}"
        )
        assert page.locator("nav [aria-current=page]").count() <= 1


@check
def nothing_overflows(session):
    # 640 CSS pixels are a window of 1280 at 200 %, 320 are one at 400 % (WCAG 1.4.10).
    for width in (1440, 820, 640, 390, 320):
        session.page.set_viewport_size({"width": width, "height": 800})
        for path, name in addresses(session).items():
            page = session.open(path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} at {width}: {wide} px wide"


def complaints(session, scheme):
    other = Session(session.browser, session.options, color_scheme=scheme, reduced_motion="reduce")
    # The policy forbids outside scripts; axe is brought in by the browser's own protocol, which it does not concern.
    found = []
    for path, name in addresses(session).items():
        page = other.open(path)
        page.wait_for_timeout(150)
        found += axe(page, f"{name}, {scheme}")
    other.close()
    return found


@check
def axe_in_light(session):
    found = complaints(session, "light")
    assert not found, "\n".join(found)


@check
def axe_in_dark(session):
    found = complaints(session, "dark")
    assert not found, "\n".join(found)


@check
def axe_in_dialogs(session):
    people = session.people("all", 2)
    page = session.open("/people")
    page.keyboard.press("?")
    found = axe(page, "help")
    page.keyboard.press("Escape")
    page = session.open(f"/people/{people[0]['id']}")
    page.keyboard.press("m")
    page.wait_for_selector("dialog .choices, dialog .namefield")
    found += axe(page, "picker")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More").click()
    found += axe(page, "menu")
    page.get_by_role("menuitem", name="Forget").click()
    found += axe(page, "forget")
    assert not found, "\n".join(found)


@check
def targets_are_large_enough(session):
    for path, name in addresses(session).items():
        page = session.open(path)
        small = page.evaluate("""() => [...document.querySelectorAll('a[href], button, input, select, summary')].filter((node) => {
            if (!node.checkVisibility() || node.closest('.sr, p, .sub, td, figcaption') || node.matches('.sr, .skip, [type=checkbox], [type=radio], .facebox')) return false;
            const box = node.getBoundingClientRect();
            return box.width < 24 || box.height < 24;
        }).map((node) => `${node.outerHTML.slice(0, 120)} ${Math.round(node.getBoundingClientRect().height)}`)""")
        assert not small, f"{name}: {small[:3]}"


@check
def motion_is_reduced(session):
    other = Session(session.browser, session.options, reduced_motion="reduce")
    page = other.open("/people")
    moving = page.evaluate("""() => [...document.querySelectorAll('*')].filter((node) => {
        const style = getComputedStyle(node);
        return parseFloat(style.transitionDuration) > 0 || (style.animationName !== 'none' && parseFloat(style.animationDuration) > 0);
    }).length""")
    other.close()
    assert moving == 0, f"{moving} elements still move"


@check
def theme_is_chosen_and_kept(session):
    page = session.open("/settings")
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.reload()
    page.wait_for_selector("h1")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    session.open("/settings").get_by_role("button", name="System").click()


@check
def skip_link_and_landmarks(session):
    page = session.open("/people")
    page.evaluate("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
    tab_to(page, ".skip", 2)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@check
def help_lists_the_keys(session):
    page = session.open("/review")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    assert dialog.locator("h3").first.inner_text() == "Review", "the keys of the open page come first"
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("?")
    page.wait_for_timeout(100)
    assert page.get_by_role("dialog").count() == 0, "single keys are off"
    page.locator("#nav").get_by_role("button", name="Keys").click()
    page.get_by_role("dialog").get_by_role("checkbox").check()


@check
def overview_adds_up(session):
    session.open("/")
    session.page.wait_for_selector(".sum")
    for card in session.page.locator(".sum").all():
        number = lambda text: int(text.replace(",", ""))
        total = number(card.locator("h2 b").inner_text())
        parts = sum(number(each) for each in card.locator(".legend b").all_inner_texts())
        assert total == parts, f"{card.locator('h2').inner_text()}: the parts sum to {parts}"


@check
def the_way_back_is_kept(session):
    page = session.open("/people?show=unnamed")
    if page.locator("li[data-id]").count() < 40:
        page = session.open("/people")
    page.evaluate("scrollTo(0, 1200)")
    page.wait_for_timeout(300)
    before = page.evaluate("scrollY")
    tile = page.locator("li[data-id] a.tile").nth(min(12, page.locator("li[data-id]").count() - 1))
    owner = tile.get_attribute("href")
    tile.focus()
    before = page.evaluate("scrollY")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{owner}")
    settle(page)
    page.go_back()
    settle(page)
    page.wait_for_timeout(400)
    after = page.evaluate("scrollY")
    assert abs(after - before) < 40, f"the scroll position is kept: {before} became {after}"
    assert page.evaluate("document.activeElement.getAttribute('href')") == owner, "and the focus too"


@check
def sources_stay_small(session):
    size = lambda suffix: sum(len(gzip.compress(path.read_bytes())) for path in WEB.rglob(f"*{suffix}"))
    names = [path.name for path in WEB.rglob("*.*")]
    assert len(names) == len(set(names)), "file names are unique, they are served by name"
    assert size(".css") < 15_000 and size(".js") < 80_000, f"css {size('.css')}, js {size('.js')}"
    for path in WEB.rglob("*.js"):
        text = path.read_text()
        assert "innerHTML" not in text and "insertAdjacentHTML" not in text and "document.write" not in text, path.name
