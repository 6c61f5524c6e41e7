"""What stands there before a script has run, and what is offered to those who may only look."""

from playwright.sync_api import expect

from appearance import addresses
from harness import Lacking, Session, check, settle, tiles_selected, toast


@check
def people_stand_there_without_scripts(session):
    person = session.people("all", 1)[0]
    context = session.browser.new_context(storage_state=session.options.signed_in, java_script_enabled=False)
    page = context.new_page()
    for path in ("/people?show=named" if person["name"] else "/people?show=unnamed", "/"):
        page.goto(session.base + path)
        link = page.locator(f"main a[href='/people/{person['id']}']")
        expect(link.first).to_be_visible()
        image = link.first.locator("img")
        expect(image).to_be_visible()
        box = image.bounding_box()
        assert box["width"] > 40 and box["height"] > 40, f"{path}: a crop is seen, {box}"
    context.close()


@check
def the_first_view_stays_until_there_is_more(session):
    """Where the API is slow, people are looked at meanwhile instead of grey shapes."""
    held = []
    session.page.route("**/v1/people?*", lambda route: held.append(route))
    kind = "named" if session.get("/people?filter=named&limit=1")["items"] else "unnamed"
    page = session.page
    page.goto(f"{session.base}/people?show={kind}", wait_until="commit")
    page.wait_for_selector("main .tools .searchbox")
    assert page.locator("main .skeleton").count() == 0, "nothing turns grey that was there"
    assert page.locator("main ul.people > li").count() > 0
    for route in held:
        route.continue_()
    page.wait_for_selector("main ul.people > li[data-id]")
    page.unroute("**/v1/people?*")


@check
def texts_come_compressed(session):
    page = session.open("/")
    source = page.locator("script[type=module]").get_attribute("src")
    answer = session.context.request.get(session.base + source, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip" and answer.headers["vary"] == "Accept-Encoding"
    sizes = page.evaluate(
        """() => performance.getEntriesByType('resource').filter((each) => each.name.includes('/app/'))
            .reduce((sum, each) => [sum[0] + each.encodedBodySize, sum[1] + each.decodedBodySize], [0, 0])"""
    )
    assert sizes[0] < 80_000 and sizes[0] < sizes[1] / 2, f"encoded and whole bytes of one page: {sizes}"


@check
def many_are_hidden_in_one_request(session):
    people = session.people("unnamed", 3)
    page = session.open("/people?show=unnamed")
    sent = []
    page.on("request", lambda request: request.method not in ("GET", "HEAD") and sent.append(request.url))
    for person in people:
        page.locator(f"li[data-id='{person['id']}'] .tick").click(force=True)
    tiles_selected(page, 3)
    page.keyboard.press("h")
    toast(page, "Hid 3 people")
    assert [url.split("/v1")[1] for url in sent] == ["/people:update"], sent
    page.get_by_role("button", name="Undo").click()
    toast(page, "Undone")
    assert all(not session.get(f"/people/{person['id']}")["hidden"] for person in people)


@check
def photos_are_sent(session):
    if not session.options.photo:
        raise Lacking("--photo")
    page = session.open("/imports")
    page.locator("#send").set_input_files([session.options.photo, __file__])
    expect(page.locator(".send [role=status]")).to_contain_text("1 photo sent")
    expect(page.locator(".send .problem")).to_contain_text("is not a picture")
    expect(page.locator("article.folder h2", has_text="/inbox")).to_be_visible()


@check
def a_viewer_is_offered_what_is_granted(session):
    """Every button that a viewer finds is pressed; the server refuses none of it."""
    made = session.send("POST", "/users", {"name": "Somebody who looks", "role": "viewer"})
    token = made["path"].split("token=")[1]
    options = type(session.options)(**{**vars(session.options), "signed_in": None, "token": token})
    viewer = Session(session.browser, options)
    refused = []
    page = viewer.page
    page.on("response", lambda answer: answer.status == 403 and refused.append(answer.url))
    pages = addresses(viewer)
    person = viewer.get("/people?filter=all&sort=faces&limit=1")["items"]
    for path, name in pages.items():
        viewer.open(path)
        for key in ("n", "h", "m", "x", "s", "d", "Delete", "y", "1", "z"):
            page.keyboard.press(key)
        page.keyboard.press("Escape")
        if name != "split":
            assert page.locator("dialog[open]").count() == 0, f"{name}: a key opens a dialog"
        viewer.open(path)
        buttons = page.locator("main button:visible:enabled")
        for k in range(min(buttons.count(), 12)):
            if k >= buttons.count():
                break
            label = (buttons.nth(k).get_attribute("aria-label") or buttons.nth(k).inner_text()).strip()
            # what nobody is called is no offer of a name
            label = label.replace("Unnamed", "").replace("unnamed", "")
            for word in ("name", "Merge", "Split", "Forget", "Hide", "Ignore", "Draw", "Import", "Look again", "Save",
                         "Revoke", "Yes", "No, two", "Undo", "Delete"):
                assert word not in label, f"{name} offers {label!r} to a viewer"
            buttons.nth(k).click(timeout=3000)
            page.keyboard.press("Escape")
        assert not refused, f"{name}: {refused}"
    assert person and page.locator("body").get_attribute("data-role") == "viewer"
    settle(page)
    viewer.close()
    session.send("DELETE", f"/users/{made['user']['id']}")
