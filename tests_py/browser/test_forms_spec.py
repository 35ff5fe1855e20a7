"""What spec/forms.json says is what Chromium posts, and what our script makes of the same page."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Page, Route

ROOT = Path(__file__).parents[2]
CASES: list[dict[str, Any]] = json.loads((ROOT / "spec" / "forms.json").read_text())["cases"]
ORIGIN = "http://forms.test"

# Every form is reached through the prototypes: its fields may be named as its properties.
PAGE = """<!doctype html><meta charset="utf-8"><body><script type="module">
import { buildEvent } from "/frontend/event.js";

customElements.define("x-field", class extends HTMLElement {
  static formAssociated = true;
  connectedCallback() { this.attachInternals().setFormValue(this.getAttribute("value")); }
});

const element = (selector) => Document.prototype.querySelector.call(document, selector);
const user = {
  set: (field, to) => { field.value = to; },
  check: (field) => { field.checked = true; },
  uncheck: (field) => { field.checked = false; },
  select: (field, to) => {
    for (const option of field.options) option.selected = to.includes(option.value);
  },
};

window.prepare = ({ html, do: steps = [] }) => {
  document.body.innerHTML = html;
  for (const { to, ...step } of steps) {
    const [[verb, selector]] = Object.entries(step);
    user[verb](element(selector), to);
  }
};

function eventOf(target, type) {
  let seen = null;
  const see = (event) => { event.preventDefault(); seen = event; };
  window.addEventListener(type, see, { once: true });
  if (type === "click") target.click();
  else HTMLFormElement.prototype.requestSubmit.call(target.form, target);
  return seen;
}

window.serialised = ({ trigger, pressed, container }, type) => {
  if (!container && element("form")) element("form").setAttribute;
  const event = pressed ? eventOf(element(pressed), type) : null;
  return JSON.stringify(buildEvent(element(trigger), event).message.form);
};

function formAround(container) {
  const form = document.createElement("form");
  container.replaceWith(form);
  form.append(container);
  for (const stray of form.querySelectorAll("[form]")) stray.removeAttribute("form");
  return form;
}

window.post = ({ pressed, container }) => {
  const form = container ? formAround(element(container)) : element("#f");
  Element.prototype.setAttribute.call(form, "method", "post");
  Element.prototype.setAttribute.call(form, "action", "/post");
  const { requestSubmit, submit } = HTMLFormElement.prototype;
  return pressed ? requestSubmit.call(form, element(pressed)) : submit.call(form);
};
window.ready = true;
</script>"""


def serve(route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    if path.startswith("/frontend/"):
        route.fulfill(path=ROOT / path[1:], content_type="text/javascript")
    elif path == "/post":
        route.fulfill(status=204)  # the page stays
    else:
        route.fulfill(body=PAGE, content_type="text/html")


@pytest.fixture
def forms_page(page: Page) -> Page:
    page.route(f"{ORIGIN}/**", serve)
    page.goto(ORIGIN)
    page.wait_for_function("window.ready")
    return page


def posted(page: Page, case: dict[str, Any]) -> list[list[str]]:
    with page.expect_request(f"{ORIGIN}/post") as request:
        page.evaluate("(row) => post(row)", case)
    pairs = parse_qsl(request.value.post_data or "", keep_blank_values=True, strict_parsing=False)
    return [[name, value] for name, value in pairs if name != "csrfmiddlewaretoken"]
