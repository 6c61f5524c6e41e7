"""Every action of every page, most of them with the keyboard alone."""

import re
import time

from playwright.sync_api import expect

from harness import Lacking, check, eventually, field, first_tile, focused, options, settle, toast


def tiles(page):
    return page.locator("main ul.grid > li[data-id]")


def face_count(session, person):
    return session.get(f"/people/{person}")["faces"]


@check
def grid_has_one_tab_stop(session):
    session.people("all", 3)
    page = session.open("/people?show=" + ("named" if session.get("/overview")["people"]["named"] > 2 else "unnamed"))
    assert page.locator("main ul.grid .tile[tabindex='0']").count() == 1
    first = first_tile(page)
    page.keyboard.press("ArrowRight")
    assert focused(page)["id"] != first
    assert page.locator("main ul.grid .tile[tabindex='0']").count() == 1
    page.keyboard.press("Home")
    assert focused(page)["id"] == first
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert page.locator("li.selected").count() == 3
    assert "selected" in focused(page)["label"], "the selection is part of the name"
    expect(page.locator(".selection .count")).to_have_text(re.compile("3 people selected"))
    page.keyboard.press("Escape")
    assert page.locator("li.selected").count() == 0
    # More may load when the end comes into view, so the last one is looked up before.
    last = tiles(page).last.get_attribute("data-id")
    page.keyboard.press("End")
    assert focused(page)["id"] == last


@check
def range_with_the_mouse(session):
    session.people("all", 4)
    page = session.open("/people?show=" + ("named" if session.get("/overview")["people"]["named"] > 3 else "unnamed"))
    page.get_by_role("button", name="Select").click()
    tiles(page).nth(0).locator(".tile").click()
    tiles(page).nth(3).locator(".tile").click(modifiers=["Shift"])
    assert page.locator("li.selected").count() == 4
    page.get_by_role("button", name="Clear the selection").click()
    assert page.locator("li.selected").count() == 0


@check
def lists_reach_their_end(session):
    overview = session.get("/overview")["people"]
    for kind in ("named", "unnamed", "hidden"):
        page = session.open(f"/people?show={kind}")
        end = time.monotonic() + 180
        while tiles(page).count() < overview[kind] and time.monotonic() < end:
            page.evaluate("scrollTo(0, document.body.scrollHeight)")
            page.wait_for_timeout(100)
        ids = page.evaluate("[...document.querySelectorAll('main ul.grid > li')].map((item) => item.dataset.id)")
        assert len(ids) == len(set(ids)) == overview[kind], f"{kind}: {len(ids)} shown of {overview[kind]}"
        if overview[kind]:
            expect(page.locator(".pager")).to_contain_text("That is everybody")


@check
def sort_and_search(session):
    person = session.people("named", 1)[0]
    page = session.open("/people")
    page.get_by_label("Sort by").select_option("name")
    page.wait_for_url("**sort=name")
    settle(page)
    names = [name for name in page.locator(".caption .name").all_inner_texts()[:20]]
    assert names == sorted(names, key=str.casefold), names
    page.keyboard.press("/")
    page.keyboard.type(person["name"][:4])
    page.wait_for_timeout(500)
    settle(page)
    assert tiles(page).count() >= 1
    assert all(
        person["name"][:4].casefold() in name.casefold() for name in page.locator(".caption .name").all_inner_texts()
    )
    page.get_by_role("searchbox").fill("zzzz nobody")
    expect(page.locator(".empty h2")).to_contain_text("Nobody is called")


@check
def name_with_keys_creates_only_what_was_chosen(session):
    known = session.people("named", 1)[0]
    person = session.people("unnamed", 1)[0]
    page = session.open("/people?show=unnamed")
    first_tile(page)
    page.keyboard.press("n")
    expect(field(page)).to_be_focused()
    page.keyboard.type(known["name"][:3])
    entries = options(page)
    expect(entries.last).to_contain_text("Create")
    expect(entries.last).to_contain_text(f"“{known['name'][:3]}”")
    assert entries.first.get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    # A suggestion means that person, so it is a merge with its preview, never a second person of that name.
    expect(page.get_by_role("dialog")).to_contain_text("Merge 2 people")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("n")
    name = "Zoë Quittengelee"
    page.keyboard.type(name)
    expect(options(page).last).to_contain_text(f"“{name}”")
    page.keyboard.press("Enter")
    toast(page, name)
    expect(page.locator(f"li[data-id='{person['id']}']")).to_have_count(0)
    assert focused(page)["id"], "the focus went to a neighbour"
    assert session.get(f"/people/{person['id']}")["name"] == name
    page.keyboard.press("z")
    toast(page, "Undone")
    expect(page.locator(f"li[data-id='{person['id']}']")).to_have_count(1)
    assert session.get(f"/people/{person['id']}")["name"] is None


@check
def merge_with_preview_and_undo(session):
    first, second = session.people("unnamed", 2)
    page = session.open("/people?show=unnamed")
    first_tile(page)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog")
    total = f"{first['faces'] + second['faces']:,} faces"
    expect(dialog.locator(".preview")).to_contain_text(total)
    expect(dialog.get_by_role("button", name="Merge")).to_be_focused()
    page.keyboard.press("Enter")
    toast(page, "Merged")
    kept = session.get(f"/people/{second['id']}")
    assert kept["id"] == first["id"] and kept["faces"] == first["faces"] + second["faces"], (
        "both ids lead to the person who stays"
    )
    expect(page.locator(f"li[data-id='{second['id']}']")).to_have_count(0)
    expect(page.locator(f"li[data-id='{first['id']}']")).to_contain_text(total)
    session.open(f"/people/{second['id']}")
    assert page.url.endswith(first["id"]), "an old address leads to the person who stays"
    session.open("/journal")
    page.get_by_role("button", name=re.compile("Undo: Merged")).first.click()
    toast(page, "Undone")
    assert face_count(session, second["id"]) == second["faces"]


@check
def an_undo_closes_what_was_said(session):
    page = session.open("/people?show=unnamed")
    first_tile(page)
    for _ in range(2):
        page.keyboard.press("h")
        toast(page, "Hid")
        settle(page)
    expect(page.locator("#toasts .toast")).to_have_count(2)
    for _ in range(2):
        page.keyboard.press("z")
        toast(page, "Undone")
        expect(page.locator("#toasts .toast")).to_have_count(1)
        settle(page)


@check
def merge_asks_which_name(session):
    first, second = session.people("named", 2)
    page = session.open(f"/people/{first['id']}")
    page.get_by_role("button", name="Merge …").click()
    field(page).fill(second["name"])
    options(page).first.wait_for()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("different names")
    dialog.locator(".radios").get_by_label(second["name"], exact=True).check()
    dialog.get_by_role("button", name="Merge").click()
    toast(page, "Merged")
    assert session.get(f"/people/{first['id']}")["name"] == second["name"]
    toast(page).get_by_role("button", name="Undo").click()
    page.wait_for_timeout(500)
    assert session.get(f"/people/{first['id']}")["name"] == first["name"]
    assert session.get(f"/people/{second['id']}")["name"] == second["name"]


@check
def hide_moves_the_focus_on(session):
    people = session.people("unnamed", 3)
    page = session.open("/people?show=unnamed")
    first_tile(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("h")
    expect(page.locator(f"li[data-id='{people[1]['id']}']")).to_have_count(0)
    assert focused(page)["id"] == people[2]["id"], "the focus is on the tile that moved up"
    toast(page)
    session.open("/people?show=hidden")
    expect(page.locator(f"li[data-id='{people[1]['id']}']")).to_have_count(1)
    page.locator(f"li[data-id='{people[1]['id']}'] .tile").focus()
    page.keyboard.press("h")
    toast(page)
    page.wait_for_timeout(300)
    assert session.get(f"/people/{people[1]['id']}")["hidden"] is False


@check
def person_is_renamed_and_dated(session):
    person = session.people("all", 1)[0]
    page = session.open(f"/people/{person['id']}")
    page.keyboard.press("n")
    field(page).fill("Ünal O’Brien-Łukasz 王")
    options(page).first.wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("h1 .rename")).to_contain_text("Ünal O’Brien-Łukasz 王")
    page.get_by_role("button", name="More").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_label("Born on").fill("1999-02-03")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".personhead .facts")).to_contain_text("born 3 February 1999")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Favourite").click()
    toast(page)
    page.wait_for_timeout(200)
    now = session.get(f"/people/{person['id']}")
    assert now["favourite"] and now["birthDate"] == "1999-02-03"


@check
def faces_are_taken_away_and_come_back(session):
    person = session.people("all", 1, smallest=4)[0]
    page = session.open(f"/people/{person['id']}")
    first = first_tile(page)
    second = tiles(page).nth(1).get_attribute("data-id")
    page.keyboard.press("x")
    expect(page.locator(f"li[data-id='{first}']")).to_have_count(0)
    assert focused(page)["id"] == second
    toast(page)
    expect(page.locator(".personhead .facts")).to_contain_text(f"{person['faces'] - 1:,} face")
    assert session.get(f"/faces/{first}")["person"] != person["id"]
    page.keyboard.press("z")
    expect(page.locator(f"li[data-id='{first}']")).to_have_count(1)
    expect(page.locator(".personhead .facts")).to_contain_text(f"{person['faces']:,} face")


@check
def faces_are_moved_and_split_off(session):
    person, other = session.people("all", 2, smallest=4)
    page = session.open(f"/people/{person['id']}")
    first_tile(page)
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("m")
    page.locator("dialog .namefield input").fill("Somebody entirely new")
    options(page).last.wait_for()
    page.keyboard.press("Enter")
    toast(page)
    page.wait_for_timeout(300)
    assert face_count(session, person["id"]) == person["faces"] - 2
    page.keyboard.press("z")
    page.wait_for_timeout(700)
    assert face_count(session, person["id"]) == person["faces"]
    first_tile(session.open(f"/people/{person['id']}"))
    page.keyboard.press("Space")
    page.keyboard.press("s")
    toast(page)
    page.wait_for_timeout(300)
    assert face_count(session, person["id"]) == person["faces"] - 1


@check
def picture_is_chosen(session):
    person = session.people("all", 1, smallest=3)[0]
    page = session.open(f"/people/{person['id']}?order=best")
    first_tile(page)
    page.keyboard.press("ArrowRight")
    face = focused(page)["id"]
    page.keyboard.press("a")
    toast(page)
    page.wait_for_timeout(200)
    now = session.get(f"/people/{person['id']}")
    assert now["avatar"] == face and now["avatarChosen"]


@check
def person_by_year_and_as_photos(session):
    person = next(
        (each for each in session.people("all", 1) if (each["firstSeen"] or "")[:4] != (each["lastSeen"] or "")[:4]),
        None,
    )
    if person is None:
        raise Lacking("a person seen in two years")
    page = session.open(f"/people/{person['id']}")
    bar = page.locator(".years button:enabled").first
    label = bar.get_attribute("aria-label")
    bar.click()
    settle(page)
    wanted = min(100, int(re.search(r": ([\d,]+) face", label)[1].replace(",", "")))
    eventually(page, lambda: tiles(page).count() == wanted, f"{label} and no other")
    page.get_by_role("navigation", name="View").get_by_text("Photos").click()
    page.wait_for_url("**view=photos**")
    eventually(page, lambda: page.locator("main ul.photogrid > li").count() >= 1, "the photos of that year")


@check
def split_with_keys(session):
    person = session.people("all", 1, smallest=4)[0]
    page = session.open(f"/people/{person['id']}/split")
    before = page.locator(".part").count()
    assert before >= 2
    first_tile(page)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    count = lambda part: int(page.locator(".part").nth(part).locator("h2").inner_text().split()[0].replace(",", ""))
    second = count(1)
    page.keyboard.press("2")
    assert count(1) == second + 2
    leaving = page.locator(".confirmbar .count").inner_text()
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog")
    if "Nobody would stay" in dialog.inner_text():
        raise Lacking("a person who can be split")
    expect(dialog).to_contain_text("keeps")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/people/{person['id']}")
    toast(page, "Split")
    gone = int(re.search(r"[\d,]+", leaving)[0].replace(",", ""))
    assert face_count(session, person["id"]) == person["faces"] - gone
    page.keyboard.press("z")
    toast(page, "Undone")
    page.wait_for_timeout(300)
    assert face_count(session, person["id"]) == person["faces"]


@check
def review_with_keys(session):
    listed = session.get("/questions?limit=3&include=total")
    if len(listed["items"]) < 3:
        raise Lacking("three questions")
    page = session.open("/review")
    heading = lambda: page.locator(".side h2").all_inner_texts()
    image = lambda: page.locator(".crops img").first.get_attribute("src")
    first = heading(), image()
    now = lambda: (heading(), image())
    page.keyboard.press("j")
    eventually(page, lambda: page.locator(".crops img").count() and now() != first, "skip shows another question")
    page.keyboard.press("k")
    eventually(page, lambda: now() == first, "and back")
    page.keyboard.press("n")
    expect(page.locator(".trail li")).to_have_count(1)
    eventually(page, lambda: now() != first, "an answer brings the next question")
    ids = [question["id"] for question in session.get("/questions?limit=100")["items"]]
    assert listed["items"][0]["id"] not in ids, "an answered question is not asked again"
    page.keyboard.press("z")
    expect(page.locator(".trail li")).to_have_count(0)
    eventually(page, lambda: now() == first, "what was taken back is asked again")
    page.keyboard.press("y")
    expect(page.locator(".trail li")).to_have_count(1)
    page.locator(".trail button").first.click()
    toast(page, "Undone")
    eventually(page, lambda: now() == first, "and again")
    page.keyboard.press("u")
    expect(page.locator(".trail li")).to_have_count(1)


@check
def loose_faces_with_keys(session):
    loose = session.get("/loose?limit=3")["items"]
    if len(loose) < 3 or not loose[0]["candidates"]:
        raise Lacking("three loose faces with candidates")
    page = session.open("/loose")
    first = first_tile(page)
    page.keyboard.press("1")
    expect(page.locator(f"li[data-id='{first}']")).to_have_count(0)
    assert session.get(f"/faces/{first}")["person"] == loose[0]["candidates"][0]["person"]["id"]
    second = focused(page)["id"]
    assert second == loose[1]["face"]["id"]
    page.keyboard.press("i")
    expect(page.locator(f"li[data-id='{second}']")).to_have_count(0)
    assert session.get(f"/faces/{second}")["role"] == "ignored"
    page.keyboard.press("x")
    page.wait_for_timeout(400)
    for _ in range(3):
        page.keyboard.press("z")
        page.wait_for_timeout(600)
    expect(page.locator(f"li[data-id='{first}']")).to_have_count(1)
    assert session.get(f"/faces/{first}")["role"] == "loose"


def photo_with_face(session):
    person = session.people("all", 1)[0]
    return session.get(f"/people/{person['id']}/faces?limit=1")["items"][0]["photo"]


@check
def boxes_with_keys(session):
    photo = photo_with_face(session)
    before = len(session.get(f"/photos/{photo}")["faces"])
    page = session.open(f"/photos/{photo}")
    page.wait_for_selector(".facebox")
    page.keyboard.press("b")
    assert not page.locator(".facebox").first.is_visible()
    page.keyboard.press("b")
    page.keyboard.press("d")
    expect(page.get_by_role("application")).to_be_focused()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()
    page.keyboard.type("Drawn by hand")
    options(page).last.wait_for()
    page.keyboard.press("Enter")
    toast(page)
    page.wait_for_timeout(400)
    faces = session.get(f"/photos/{photo}")["faces"]
    new = next(face for face in faces if face["source"] == "manual")
    assert len(faces) == before + 1
    assert [round(value, 2) for value in new["box"]] == [0.39, 0.34, 0.21, 0.26], new["box"]
    assert focused(page)["id"] == new["id"]
    page.keyboard.press("Delete")
    page.wait_for_timeout(500)
    assert len(session.get(f"/photos/{photo}")["faces"]) == before
    page.keyboard.press("d")
    page.keyboard.press("Escape")
    assert page.get_by_role("application").count() == 0, "Esc leaves the mode"


@check
def box_with_the_mouse(session):
    photo = photo_with_face(session)
    page = session.open(f"/photos/{photo}")
    before = len(session.get(f"/photos/{photo}")["faces"])
    page.get_by_role("button", name="Draw a box").click()
    area = page.locator(".frame").bounding_box()
    page.mouse.move(area["x"] + 0.1 * area["width"], area["y"] + 0.1 * area["height"])
    page.mouse.down()
    page.mouse.move(area["x"] + 0.3 * area["width"], area["y"] + 0.4 * area["height"], steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Add without a name").click()
    toast(page)
    page.wait_for_timeout(300)
    faces = session.get(f"/photos/{photo}")["faces"]
    assert len(faces) == before + 1
    assert [round(value, 1) for value in faces[-1]["box"]] == [0.1, 0.1, 0.2, 0.3] or any(
        [round(value, 1) for value in face["box"]] == [0.1, 0.1, 0.2, 0.3] for face in faces
    )


@check
def photos_are_filtered(session):
    overview = session.get("/overview")["photos"]
    page = session.open("/photos")
    assert tiles(page).count() >= min(100, overview["total"])
    if overview["failed"]:
        session.open("/photos?state=failed")
        expect(page.locator(".nopic").first).not_to_be_empty()
    page.get_by_role("searchbox").fill("no such file anywhere")
    expect(page.locator(".empty h2")).to_contain_text("No photos here")


@check
def search_by_photo(session):
    if not session.options.photo:
        raise Lacking("--photo")
    page = session.open("/search")
    page.locator("input[type=file]").set_input_files(session.options.photo)
    page.wait_for_selector(".histogram")
    settle(page)
    slider = page.get_by_role("slider")
    slider.focus()
    passing = page.locator(".histogram output").inner_text()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    assert page.locator(".histogram output").inner_text() != passing
    page.wait_for_timeout(700)
    assert page.locator(".verdict").inner_text().strip()


@check
def search_asks_which_face(session):
    if not session.options.group_photo:
        raise Lacking("--group-photo")
    session.expect_fault("409")
    page = session.open("/search")
    page.locator("input[type=file]").set_input_files(session.options.group_photo)
    expect(page.locator(".empty h2")).to_contain_text("Which one?")
    page.keyboard.press("2")
    page.wait_for_selector(".histogram")


@check
def search_refuses_what_is_no_picture(session):
    session.expect_fault("422", "400", "415")
    page = session.open("/search")
    page.locator("input[type=file]").set_input_files(
        {"name": "letter.jpg", "mimeType": "image/jpeg", "buffer": b"This is a letter."}
    )
    expect(page.locator(".empty h2")).to_contain_text("cannot be used")


@check
def people_together(session):
    person = session.people("named", 1)[0]
    page = session.open("/search?by=people")
    field(page).fill(person["name"])
    options(page).first.wait_for()
    page.keyboard.press("Enter")
    settle(page)
    expect(page.locator(".place h2").last).to_contain_text("photo")


@check
def imports_say_why_not(session):
    session.expect_fault("403", "400", "404", "422")
    page = session.open("/imports")
    page.get_by_label("Folder on the computer").fill("/etc/../root")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("#path-hint .problem")).to_be_visible()
    assert page.get_by_label("Folder on the computer").input_value() == "/etc/../root", "what was typed stays"


@check
def jobs_pause_and_resume(session):
    jobs = [job for job in session.get("/jobs")["items"] if job["state"] in ("running", "paused")]
    if not jobs:
        raise Lacking("a running job")
    job = jobs[0]
    page = session.open("/jobs")
    row = page.locator(f"li[data-id='{job['id']}']")
    press, other = ("Pause", "Resume") if job["state"] == "running" else ("Resume", "Pause")
    row.get_by_role("button", name=press).click()
    expect(row.get_by_role("button", name=other)).to_be_visible()
    row.get_by_role("button", name=other).click()
    expect(row.get_by_role("button", name=press)).to_be_visible()


@check
def settings_preview_save_and_keys(session):
    before = session.get("/settings")
    page = session.open("/settings")
    page.wait_for_selector("#set-threshold")
    page.locator("#set-threshold").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".preview")).to_contain_text("would move", timeout=20000)
    page.get_by_role("button", name="Save", exact=True).click()
    toast(page, "Settings saved")
    now = session.get("/settings")
    assert now["threshold"] != before["threshold"]
    session.send("PATCH", "/settings", {"threshold": before["threshold"]}, now["version"])
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Name", exact=True).fill("Test of the pages")
    page.get_by_role("button", name="Create").click()
    secret = page.get_by_label("The secret").input_value()
    assert secret.startswith("lk_")
    page.get_by_role("button", name="Done").click()
    assert secret not in page.content(), "the secret is shown once"
    page.get_by_role("button", name="Revoke Test of the pages").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("Test of the pages")).to_have_count(0)


@check
def forget_needs_the_name(session):
    person = session.people("all", 1)[-1]
    word = person["name"] or person["id"]
    page = session.open(f"/people/{person['id']}")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Forget").click()
    dialog = page.get_by_role("dialog")
    button = dialog.get_by_role("button", name="Forget for good")
    assert button.is_disabled()
    dialog.get_by_role("textbox").fill(word[:-1])
    assert button.is_disabled()
    dialog.get_by_role("textbox").fill(word)
    button.click()
    expect(page.get_by_role("dialog", name="Receipt")).to_contain_text("faces erased", timeout=30000)
    page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).last.click()
    session.expect_fault("404")
    session.open(f"/people/{person['id']}")
    expect(page.locator(".empty.error h2")).to_contain_text("does not exist")
