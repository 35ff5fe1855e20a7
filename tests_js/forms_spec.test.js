import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { buildEvent } from "../frontend/event.js";

// Read and not imported: as a module it would lose the key "__proto__".
const { cases } = JSON.parse(readFileSync("spec/forms.json", "utf8"));
const element = (selector) => Document.prototype.querySelector.call(document, selector);

const USER = {
  set: (field, { to }) => (field.value = to),
  check: (field) => (field.checked = true),
  uncheck: (field) => (field.checked = false),
  select: (field, { to }) => {
    for (const option of field.options) option.selected = to.includes(option.value);
  },
};

function act(step) {
  const [[verb, selector]] = Object.entries(step);
  USER[verb](element(selector), step);
}

function caught(target, event) {
  const prevent = (caughtEvent) => caughtEvent.preventDefault();
  window.addEventListener(event.type, prevent, { once: true });
  target.dispatchEvent(event);
  return event;
}

const click = (button) => caught(button, new MouseEvent("click", { bubbles: true, cancelable: true }));

function submit(submitter) {
  const event = new SubmitEvent("submit", { submitter, bubbles: true, cancelable: true });
  return caught(submitter.form, event);
}

function formOf({ html, do: steps = [], trigger, pressed }, press) {
  document.body.innerHTML = html;
  steps.forEach(act);
  return buildEvent(element(trigger), pressed ? press(element(pressed)) : null).message.form;
}

describe("spec/forms.json, as far as jsdom knows forms", () => {
  test("has the sixty cases that were promised", () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });

  test.each(cases.filter(({ only }) => only !== "browser"))("$name", (row) => {
    expect(formOf(row, click)).toEqual({ entries: row.entries, kinds: row.kinds });
  });

  test.each(cases.filter(({ pressed, container }) => pressed && !container))(
    "$name, told by the submit event",
    (row) => {
      expect(formOf(row, submit)).toEqual({ entries: row.entries, kinds: row.kinds });
    },
  );
});
