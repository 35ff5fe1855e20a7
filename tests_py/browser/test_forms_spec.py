"""spec/forms.json says what Chromium posts, and our script makes the same of the same page."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from playwright.sync_api import Browser, Page, Route

Case = dict[str, Any]

CHECKOUT = Path(__file__).parents[2]
CASES: list[Case] = json.loads((CHECKOUT / "spec" / "forms.json").read_text())["cases"]
PRESSED = [case for case in CASES if "pressed" in case and "container" not in case]
# The forms that could as well be any other element; only a form can ask the page's own elements.
WRAPPED = [
    case
    for case in CASES
    if case["html"].startswith("<form id=") and case["html"].count("<form") == 1
    if case["html"].endswith("</form>") and "<x-field" not in case["html"]
]
ORIGIN = "http://forms.test"


def serve(route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    if path == "/":
        route.fulfill(path=Path(__file__).with_name("forms_spec.html"))
    elif path == "/post":
        route.fulfill(status=204)  # the page stays
    else:
        route.fulfill(path=CHECKOUT / path[1:], content_type="text/javascript")


@pytest.fixture(scope="module")
def forms_page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.route(f"{ORIGIN}/**", serve)
    page.goto(ORIGIN)
    page.wait_for_function("'post' in window")
    yield page
    page.close()


def posted(page: Page, case: Case) -> list[list[str]]:
    with page.expect_request(f"{ORIGIN}/post") as request:
        page.evaluate("post", scene(case))
    pairs = parse_qsl(request.value.post_data or "", keep_blank_values=True)
    return [[name, value] for name, value in pairs if name != "csrfmiddlewaretoken"]


def serialised(page: Page, case: Case, event: str) -> dict[str, Any]:
    text = page.evaluate("([case_, event]) => serialised(case_, event)", [scene(case), event])
    form: dict[str, Any] = json.loads(text)
    return form


def scene(case: Case) -> Case:
    known = ("html", "do", "trigger", "pressed", "container")
    return {key: case[key] for key in known if key in case}


def names(case: Case) -> str:
    return str(case["name"])


@pytest.mark.parametrize("case", CASES, ids=names)
def test_the_browser_posts_what_the_table_says(forms_page: Page, case: Case) -> None:
    forms_page.evaluate("prepare", scene(case))
    assert posted(forms_page, case) == case["entries"]


@pytest.mark.parametrize("case", CASES, ids=names)
def test_the_script_sends_what_the_table_says(forms_page: Page, case: Case) -> None:
    forms_page.evaluate("prepare", scene(case))
    form = serialised(forms_page, case, "click")
    assert form == {"entries": case["entries"], "kinds": case["kinds"]}


@pytest.mark.parametrize("case", PRESSED, ids=names)
def test_a_submit_event_tells_the_pressed_button(forms_page: Page, case: Case) -> None:
    forms_page.evaluate("prepare", scene(case))
    form = serialised(forms_page, case, "submit")
    assert form == {"entries": case["entries"], "kinds": case["kinds"]}


@pytest.mark.parametrize("case", WRAPPED, ids=names)
def test_without_the_form_the_same_is_sent(forms_page: Page, case: Case) -> None:
    html = case["html"].replace("<form", "<div").replace("</form>", "</div>")
    forms_page.evaluate("prepare", scene(case | {"html": html}))
    form = serialised(forms_page, case, "click")
    assert form == {"entries": case["entries"], "kinds": case["kinds"]}


def test_an_image_button_posts_the_point_where_it_was_clicked(forms_page: Page) -> None:
    image = '<input type="image" alt="map" name="map" id="b" style="width: 99px; height: 99px">'
    html = f'<form id="f" method="post" action="/post">{image}</form>'
    forms_page.evaluate("prepare", {"html": html})
    forms_page.evaluate("serialiseOnClick", "#b")
    with forms_page.expect_request(f"{ORIGIN}/post") as request:
        forms_page.click("#b", position={"x": 30, "y": 40})

    entries = json.loads(forms_page.evaluate("onClick"))
    assert entries == [["map.x", "30"], ["map.y", "40"]]
    assert request.value.post_data == urlencode(dict(entries))


@pytest.mark.parametrize("tag", ["form", "div"])
def test_a_chosen_file_is_its_name(forms_page: Page, tag: str, tmp_path: Path) -> None:
    html = f'<{tag} id="f"><input type="file" name="files" multiple></{tag}>'
    forms_page.evaluate("prepare", {"html": html})
    chosen = [tmp_path / "one.txt", tmp_path / "dos ñ.txt"]
    for path in chosen:
        path.write_text(path.name)
    forms_page.set_input_files("input", chosen)

    form = serialised(forms_page, {"trigger": "#f"}, "click")
    assert form == {
        "entries": [["files", "one.txt"], ["files", "dos ñ.txt"]],
        "kinds": {"files": "list"},
    }
