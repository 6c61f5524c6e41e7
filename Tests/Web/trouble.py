"""What happens when something is slow, stale, gone or hostile."""

import json
import re
import subprocess

from playwright.sync_api import expect

from harness import Lacking, check, field, first_tile, focused, options, settle, toast


@check
def hostile_names_are_text(session):
    person = session.people("named", 1)[0]
    name = "<img src=x onerror=\"document.title='pwned'\"><script>alert(1)</script>"
    session.send("PATCH", f"/people/{person['id']}", {"name": name}, person["version"])
    for path in (
        "/people",
        f"/people/{person['id']}",
        f"/people/{person['id']}/split",
        "/journal",
        "/review",
        "/",
        "/settings",
    ):
        page = session.open(path)
        page.wait_for_timeout(150)
        assert "pwned" not in page.title().split("<")[0]
        assert page.locator("main img[src='x']").count() == 0 and page.locator("main script").count() == 0
    page = session.open(f"/people/{person['id']}")
    expect(page.locator("h1 .rename")).to_contain_text(name)
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Forget").click()
    expect(page.get_by_role("dialog")).to_contain_text(name)


@check
def stale_change_shows_both_versions(session):
    session.expect_fault("412", "ERR_FAILED")
    person = session.people("named", 1)[0]
    mine = session.open(f"/people/{person['id']}")
    mine.wait_for_timeout(300)
    # The tab that sleeps does not hear of the change; a stream would reload it.
    mine.evaluate("window.dispatchEvent(new Event('freeze'))")
    mine.keyboard.press("n")
    other = session.tab()
    session.open(f"/people/{person['id']}", other)
    other.keyboard.press("n")
    field(other).fill("Name from the other tab")
    options(other).last.wait_for()
    other.keyboard.press("Enter")
    expect(other.locator("h1 .rename")).to_contain_text("Name from the other tab")
    mine.bring_to_front()
    if field(mine).count() == 0:
        # The stream was quicker: the page is fresh already. Make it stale again behind its back.
        mine.route("**/v1/events", lambda route: route.abort())
        mine.reload()
        settle(mine)
        now = session.get(f"/people/{person['id']}")
        session.send("PATCH", f"/people/{person['id']}", {"name": "Name from the other tab"}, now["version"])
        mine.keyboard.press("n")
    field(mine).fill("Name from my tab")
    options(mine).last.wait_for()
    mine.keyboard.press("Enter")
    dialog = mine.get_by_role("dialog")
    expect(dialog).to_contain_text("changed meanwhile")
    expect(dialog).to_contain_text(person["name"])
    expect(dialog).to_contain_text("Name from the other tab")
    expect(dialog.locator(".wish")).to_contain_text("Name from my tab")
    dialog.get_by_role("button", name="Make my change now").click()
    expect(mine.locator("h1 .rename")).to_contain_text("Name from my tab")
    assert session.get(f"/people/{person['id']}")["name"] == "Name from my tab"


@check
def stale_change_can_be_left(session):
    session.expect_fault("412", "ERR_FAILED")
    person = session.people("named", 1)[0]
    page = session.page
    page.route("**/v1/events", lambda route: route.abort())
    session.open(f"/people/{person['id']}")
    now = session.get(f"/people/{person['id']}")
    session.send("PATCH", f"/people/{person['id']}", {"name": "Theirs"}, now["version"])
    page.keyboard.press("n")
    field(page).fill("Mine")
    options(page).last.wait_for()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Leave it").click()
    expect(page.locator("h1 .rename")).to_contain_text("Theirs")
    assert session.get(f"/people/{person['id']}")["name"] == "Theirs"


@check
def other_tabs_hear_of_changes(session):
    person = session.people("named", 1)[0]
    page = session.open("/people")
    page.wait_for_timeout(500)
    session.send(
        "PATCH",
        f"/people/{person['id']}",
        {"name": "Heard by the stream"},
        session.get(f"/people/{person['id']}")["version"],
    )
    expect(page.locator(f"li[data-id='{person['id']}']")).to_contain_text("Heard by the stream")


@check
def errors_say_what_remains(session):
    session.expect_fault("500")
    page = session.page
    body = json.dumps(
        {
            "type": "https://likeness.invalid/problems/internal",
            "title": "Internal error",
            "status": 500,
            "detail": "The disk is full.",
            "instance": "req_abc123",
        }
    )
    page.route(
        "**/v1/people?*", lambda route: route.fulfill(status=500, content_type="application/problem+json", body=body)
    )
    session.open("/people")
    page.wait_for_selector(".empty.error")
    error = page.locator(".empty.error")
    expect(error).to_contain_text("The disk is full.")
    expect(error).to_contain_text("req_abc123")
    expect(error).to_contain_text("Nothing was changed")
    page.unroute("**/v1/people?*")
    error.get_by_role("button", name="Try again").click()
    page.wait_for_selector("main ul.grid > li[data-id], .empty:not(.error)")


@check
def later_pages_fail_softly(session):
    session.expect_fault("503")
    if session.get("/overview")["people"]["unnamed"] < 150:
        raise Lacking("150 unnamed people")
    page = session.page
    body = json.dumps(
        {
            "type": "https://likeness.invalid/problems/internal",
            "title": "No",
            "status": 503,
            "detail": "Too much at once.",
        }
    )
    page.route(
        re.compile(r"/v1/people\?.*cursor="),
        lambda route: route.fulfill(status=503, content_type="application/problem+json", body=body),
    )
    session.open("/people?show=unnamed")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator(".pager")).to_contain_text("What is above stays")
    page.unroute(re.compile(r"/v1/people\?.*cursor="))
    page.locator(".pager button").click()
    page.wait_for_timeout(800)
    assert page.locator("main ul.grid > li").count() > 100


@check
def slow_answers_show_shapes(session):
    # a page that is opened from outside stands there already
    page = session.open("/")
    held = []
    page.route("**/v1/people?*", lambda route: held.append(route))
    page.get_by_role("link", name="People").first.click()
    page.wait_for_selector(".skeleton", timeout=3000)
    size = page.locator(".skeleton .pic").first.bounding_box()
    for route in held:
        route.continue_()
    settle(page)
    page.unroute("**/v1/people?*")
    if page.locator("main ul.grid .pic").count():
        real = page.locator("main ul.grid .pic").first.bounding_box()
        assert abs(size["width"] - real["width"]) < 2 and abs(size["y"] - real["y"]) < 24, (size, real)


@check
def refused_change_is_taken_back(session):
    session.expect_fault("500")
    page = session.open("/people?show=unnamed")
    body = json.dumps(
        {
            "type": "https://likeness.invalid/problems/internal",
            "title": "No",
            "status": 500,
            "detail": "It did not work.",
        }
    )
    page.route(
        "**/v1/people:update",
        lambda route: route.fulfill(status=500, content_type="application/problem+json", body=body),
    )
    first = first_tile(page)
    page.keyboard.press("h")
    toast(page, "It did not work.")
    settle(page)
    expect(page.locator(f"li[data-id='{first}']")).to_have_count(1)


@check
def offline_is_read_only(session):
    session.expect_fault("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
    person = session.people("named", 1)[0]
    page = session.open(f"/people/{person['id']}")
    session.context.set_offline(True)
    page.keyboard.press("h")
    expect(page.locator("#notice")).to_contain_text("does not answer")
    assert page.locator("main ul.grid > li").count() > 0, "what is loaded stays"
    page.keyboard.press("n")
    field(page).fill("Typed while away")
    options(page).last.wait_for()
    page.keyboard.press("Enter")
    toast(page, "Nothing was changed")
    assert field(page).input_value() == "Typed while away", "what was typed stays"
    session.context.set_offline(False)
    page.locator("#notice button").click()
    expect(page.locator("#notice")).to_be_empty(timeout=20000)
    field(page).focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    if field(page).count():
        page.keyboard.press("Enter")
    expect(page.locator("h1 .rename")).to_contain_text("Typed while away")


@check
def server_restarts_under_the_page(session):
    if not session.options.restart:
        raise Lacking("--restart")
    session.expect_fault("ERR_CONNECTION", "ERR_INCOMPLETE", "ERR_EMPTY", "401", "403", "412", "503")
    person = session.people("named", 1)[0]
    page = session.open(f"/people/{person['id']}")
    subprocess.run(session.options.restart, shell=True, check=True, stdout=subprocess.DEVNULL)
    page.keyboard.press("n")
    field(page).fill("After the restart")
    options(page).last.wait_for()
    page.keyboard.press("Enter")
    # The first attempt may meet the closed connection; what was typed stays, so Enter tries again.
    for _ in range(15):
        page.wait_for_timeout(1000)
        if field(page).count() == 0:
            break
        if not page.locator("#notice").inner_text().strip():
            page.keyboard.press("Enter")
    expect(page.locator("h1 .rename")).to_contain_text("After the restart")
    session.csrf = session.get("/session")["csrf"]


@check
def signed_out_says_so(session):
    stranger = session.browser.new_context().new_page()
    stranger.goto(session.base + "/journal")
    expect(stranger.locator("main")).to_contain_text("likeness serve")
    stranger.context.close()


@check
def keys_alone_name_a_person(session):
    """From the address to a named person without a pointer."""
    person = session.people("unnamed", 1)[0]
    page = session.open("/")
    for _ in range(20):
        page.keyboard.press("Tab")
        if focused(page)["text"].startswith("People"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/people")
    page.wait_for_selector("main nav.tabs")
    for _ in range(40):
        page.keyboard.press("Tab")
        if focused(page)["text"].startswith("Unnamed"):
            break
    page.wait_for_timeout(400)
    assert focused(page)["text"].startswith("Unnamed"), "nothing that loads late takes the focus away"
    page.keyboard.press("Enter")
    page.wait_for_url("**show=unnamed")
    page.wait_for_selector("main ul.grid .tile[href]")
    assert first_tile(page) == person["id"]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/people/{person['id']}")
    page.wait_for_selector("h1 .rename")
    page.keyboard.press("n")
    page.keyboard.type("Named with keys")
    options(page).last.wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("h1 .rename")).to_contain_text("Named with keys")
    assert focused(page)["tag"] == "BUTTON", "the focus is back on the name"


@check
def first_answer_is_quick(session):
    """First paint of the people page; the server's part alone should stay under 200 ms."""
    page = session.open("/people")
    timing = page.evaluate(
        """() => performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/v1/people')).map((entry) => entry.responseEnd - entry.startTime)"""
    )
    assert timing and timing[0] < 1000, timing
