import { afterEach, beforeEach, describe, expect, it, test } from "vitest";

import { Sender } from "../frontend/sender.js";
import { heard, listen } from "./support/events.js";

let pushed;
let sender;
const find = (selector) => document.querySelector(selector);
const names = () => pushed.map(({ message }) => message.function);

beforeEach(() => {
  listen();
  pushed = [];
  sender = new Sender((message, handedBack) => pushed.push({ message, handedBack }));
  document.body.innerHTML = `
    <form id="form">
      <input name="text" data-liveview-function="autosave" data-liveview-debounce="2000">
      <button type="button" data-liveview-function="submit">Submit</button>
      <input name="other" data-liveview-function="look">
    </form>
    <input id="outside" data-liveview-function="search" data-liveview-debounce="2000">
    <input id="named" data-liveview-form-id="form" data-liveview-function="note"
           data-liveview-debounce="2000">
    <p data-pk="7">no handler</p>`;
});

afterEach(() => sender.timing.stop());

const typeInto = (selector, text) => {
  find(selector).value = text;
  sender.run(find(selector), new Event("input"));
};
const press = (selector) => sender.run(find(selector), new MouseEvent("click"));

test("typing and submitting sends the autosave first, with what was typed", () => {
  typeInto("[name=text]", "Ada");
  press("button");

  expect(names()).toEqual(["autosave", "submit"]);
  expect(pushed[0].message.form.entries).toContainEqual(["text", "Ada"]);
});

test("an autosave is built when it is sent, with the newest text", () => {
  typeInto("[name=text]", "A");
  find("[name=text]").value = "Ada";
  sender.timing.flush();

  expect(pushed[0].message.form.entries).toContainEqual(["text", "Ada"]);
});

describe("what a button in a form sends before", () => {
  it("is also a field outside that names the form", () => {
    typeInto("#named", "x");
    press("button");

    expect(names()).toEqual(["note", "submit"]);
  });

  it("is not a field of something else", () => {
    typeInto("#outside", "x");
    press("button");

    expect(names()).toEqual(["submit"]);
  });
});

test("an event of another field leaves the autosave to its time", () => {
  typeInto("[name=text]", "Ada");
  sender.run(find("[name=other]"), new Event("input"));

  expect(names()).toEqual(["look"]);
});

describe("the answer may set the fields of the form", () => {
  it("when a button was pressed", () => {
    press("button");

    expect(pushed[0].handedBack).toBe(find("#form"));
  });

  it("when it was submitted", () => {
    find("#form").setAttribute("data-liveview-function", "save");
    sender.run(find("#form"), new SubmitEvent("submit"));

    expect(pushed[0].handedBack).toBe(find("#form"));
  });

  it("when Enter was pressed in a field", () => {
    sender.run(find("[name=other]"), new KeyboardEvent("keydown", { key: "Enter" }));

    expect(pushed[0].handedBack).toBe(find("#form"));
  });

  it("but not when something was typed", () => {
    sender.run(find("[name=other]"), new KeyboardEvent("keydown", { key: "x" }));

    expect(pushed[0].handedBack).toBeNull();
  });
});

test("an element without a handler is said, with its tag", () => {
  press("p");

  expect(pushed).toEqual([]);
  expect(heard("error")).toMatchObject([
    {
      code: "unknown_function",
      message:
        'This element has an action but no data-liveview-function: <p data-pk="7"></p>',
    },
  ]);
});
