import { Application } from "@hotwired/stimulus";
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";

import { bindByElement, pageController } from "../frontend/page_controller.js";

let application;
let runs;
const find = (selector) => document.querySelector(selector);

/** Shows a page and waits until its actions are connected. */
async function show(html, start = "page") {
  document.body.innerHTML = `<div data-controller="${start}">${html}</div>`;
  await vi.waitFor(() => expect(application.controllers.length).toBeGreaterThan(0));
}

beforeEach(() => {
  runs = [];
  application = new Application();
  bindByElement(application, "page");
  application.register("page", pageController({ run: (element) => runs.push(element.id) }));
  application.start();
});

afterEach(() => {
  application.stop();
  document.body.innerHTML = "";
});

/** Dispatches a cancelable event. Returns whether the browser may still do its own part. */
function happen(selector, event) {
  return find(selector).dispatchEvent(event);
}
const click = (selector, options = {}) =>
  happen(selector, new MouseEvent("click", { bubbles: true, cancelable: true, ...options }));
const press = (selector, key, options = {}) =>
  happen(selector, new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options }));

describe("descriptors", () => {
  it.each(["click", "input", "change", "blur", "mouseenter"])("%s", async (type) => {
    await show(`<input id="a" data-action="${type}->page#run">`);
    happen("#a", new Event(type, { bubbles: true }));

    expect(runs).toEqual(["a"]);
  });

  it("keydown.enter runs for that key only", async () => {
    await show(`<input id="a" data-action="keydown.enter->page#run">`);
    press("#a", "x");
    press("#a", "Enter");

    expect(runs).toEqual(["a"]);
  });

  it(":once runs once", async () => {
    await show(`<button id="a" data-action="click->page#run:once"></button>`);
    click("#a");
    click("#a");

    expect(runs).toEqual(["a"]);
  });

  it("@window means the element that carries the action, each of them", async () => {
    await show(`<p id="a" data-action="resize@window->page#run"></p>
                <p id="b" data-action="resize@window->page#run"></p>`);
    window.dispatchEvent(new Event("resize"));

    expect(runs).toEqual(["a", "b"]);
  });

  it("an action on the element that has the controller", async () => {
    document.body.innerHTML = `
      <button id="a" data-controller="page" data-action="click->page#run"></button>`;
    await vi.waitFor(() => expect(application.controllers).toHaveLength(1));
    click("#a");

    expect(runs).toEqual(["a"]);
  });

  it("page#stop keeps an event from those around it", async () => {
    await show(`<div id="a" data-action="click->page#run">
                  <p id="b" data-action="click->page#stop"></p></div>`);
    click("#b");

    expect(runs).toEqual([]);
  });
});

describe("nested controllers run an action once", () => {
  const nested = `
    <div id="outer" data-action="click->page#run">
      <section data-controller="page">
        <button id="inner" data-action="resize@window->page#run"></button>
      </section>
    </div>`;

  it("when the event happens inside of the inner one", async () => {
    await show(nested);
    click("#inner");

    expect(runs).toEqual(["outer"]);
  });

  it("when the event happens on the window", async () => {
    await show(nested);
    window.dispatchEvent(new Event("resize"));

    expect(runs).toEqual(["inner"]);
  });
});

describe("links", () => {
  it("run the handler in place of being followed", async () => {
    await show(`<a id="a" href="#x" data-action="click->page#run"><b>go</b></a>`);

    expect(click("#a b")).toBe(false);
    expect(runs).toEqual(["a"]);
  });

  it.each([{ ctrlKey: true }, { metaKey: true }, { shiftKey: true }, { button: 1 }])(
    "still open a tab with %j",
    async (options) => {
      await show(`<a id="a" href="#x" data-action="click->page#run">go</a>`);

      expect(click("#a", options)).toBe(true);
      expect(runs).toEqual([]);
    },
  );

  it("inside of an element with an action are followed", async () => {
    await show(`<div id="a" data-action="click->page#run"><a href="#x">go</a></div>`);

    expect(click("#a a")).toBe(true);
    expect(runs).toEqual(["a"]);
  });

  it("are not followed when the action is inside of them", async () => {
    await show(`<a href="#x"><b id="a" data-action="click->page#run">go</b></a>`);

    expect(click("#a")).toBe(false);
  });
});

describe("what a click does by itself", () => {
  it.each([
    `<input id="a" type="checkbox" data-action="click->page#run">`,
    `<input id="a" type="radio" data-action="click->page#run">`,
  ])("ticks: %s", async (html) => {
    await show(html);
    find("#a").click();

    expect(find("#a").checked).toBe(true);
    expect(runs).toEqual(["a"]);
  });

  it("opens a summary", async () => {
    await show(`<details><summary id="a" data-action="click->page#run"></summary></details>`);

    expect(click("#a")).toBe(true);
  });

  it("resets a form", async () => {
    await show(`<form><button type="reset" id="a" data-action="click->page#run"></button></form>`);

    expect(click("#a")).toBe(true);
  });

  it.each([
    `<form><button id="a" data-action="click->page#run"></button></form>`,
    `<form><input type="submit" id="a" data-action="click->page#run"></form>`,
    `<form id="f"></form><button form="f" id="a" data-action="click->page#run"></button>`,
  ])("does not submit the form of a button with a handler: %s", async (html) => {
    await show(html);

    expect(click("#a")).toBe(false);
  });

  it("is one event for a label and its box", async () => {
    await show(`<label id="a" data-action="click->page#run"><b>x</b><input type="checkbox"></label>`);
    find("b").click();

    expect(runs).toEqual(["a"]);
    expect(find("input").checked).toBe(true);
  });
});

describe("forms", () => {
  it("whose submit runs a handler do not reload", async () => {
    await show(`<form id="a" data-action="submit->page#run"><input></form>`);
    const mayReload = happen("#a", new SubmitEvent("submit", { bubbles: true, cancelable: true }));

    expect(mayReload).toBe(false);
    expect(runs).toEqual(["a"]);
  });

  it("of a dialog still close it", async () => {
    await show(`<form id="a" method="dialog" data-action="submit->page#run"></form>`);
    const mayClose = happen("#a", new SubmitEvent("submit", { bubbles: true, cancelable: true }));

    expect(mayClose).toBe(true);
  });
});

describe("keys", () => {
  it("do not stop the typing", async () => {
    await show(`<input id="a" data-action="keydown->page#run">`);

    expect(press("#a", "x")).toBe(true);
    expect(press("#a", "Enter")).toBe(true);
    expect(runs).toEqual(["a", "a"]);
  });

  it("that an action names take the place of what they do", async () => {
    await show(`<input id="a" data-action="keydown.enter->page#run keydown.ctrl+s->page#run">`);

    expect(press("#a", "Enter")).toBe(false);
    expect(press("#a", "s", { ctrlKey: true })).toBe(false);
  });

  it("leave Tab and Escape to the browser", async () => {
    await show(`<input id="a" data-action="keydown.tab->page#run keydown.esc->page#run">`);

    expect(press("#a", "Tab")).toBe(true);
    expect(press("#a", "Escape")).toBe(true);
    expect(runs).toEqual(["a", "a"]);
  });

  it("of an input method are not ours", async () => {
    await show(`<input id="a" data-action="keydown.enter->page#run">`);
    press("#a", "Enter", { isComposing: true });

    expect(runs).toEqual([]);
  });
});

test("an action that is added later runs", async () => {
  await show(`<p id="place"></p>`);
  find("#place").innerHTML = `<button id="a" data-action="page#run"></button>`;
  await Promise.resolve();
  click("#a");

  expect(runs).toEqual(["a"]);
});
