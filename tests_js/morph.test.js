import { afterEach, beforeEach, describe, expect, it, test } from "vitest";

import { Edits } from "../frontend/edits.js";
import { Morph } from "../frontend/morph.js";
import * as user from "./support/user.js";

// jsdom has none.
globalThis.CSS ??= { escape: (text) => text.replace(/["\\]/g, "\\$&") };

let edits;
let morph;
let newestEvent;
const target = () => document.querySelector("#target");
const find = (selector) => document.querySelector(selector);

/** Shows a page whose target holds this HTML. */
function show(html) {
  document.body.innerHTML = `<form id="form"><div id="target">${html}</div></form>`;
  newestEvent = 0;
  edits = new Edits(() => newestEvent);
  morph = new Morph(edits);
  edits.start();
  morph.start();
}

/** Renders new HTML into the target. Without `answers` it comes by itself. */
function render(html, { answers = null, submit = false } = {}) {
  const content = document.createElement("div");
  content.innerHTML = html;
  const answer = answers && { id: answers, handedBack: submit ? find("#form") : null };
  morph.run(target(), content, "innerHTML", answer);
}

/** Something is sent to the server. */
const send = () => (newestEvent += 1);

afterEach(() => edits.stop());

// Each kind of field: how it is rendered with a value, edited, and read.
const TEXT = (type) => ({
  html: (value) => `<input id="f" name="f" type="${type}" value="${value}">`,
  edit: (value) => user.type("#f", value),
  read: () => find("#f").value,
});
const RADIOS = ["a", "b", "c"];

const kinds = {
  text: { ...TEXT("text"), values: ["", "typed", "server"] },
  email: { ...TEXT("email"), values: ["", "a@b.c", "server@b.c"] },
  number: { ...TEXT("number"), values: ["1", "2", "3"] },
  range: { ...TEXT("range"), values: ["10", "20", "30"] },
  colour: { ...TEXT("color"), values: ["#000000", "#111111", "#222222"] },
  date: { ...TEXT("date"), values: ["2026-01-01", "2026-02-02", "2026-03-03"] },
  textarea: {
    html: (value) => `<textarea id="f" name="f">${value}</textarea>`,
    edit: (value) => user.type("#f", value),
    read: () => find("#f").value,
    values: ["", "typed\ntwice", "server"],
  },
  checkbox: {
    html: (value) => `<input id="f" name="f" type="checkbox" ${value}>`,
    edit: (value) => user.tick("#f", value === "checked"),
    read: () => (find("#f").checked ? "checked" : ""),
    values: ["", "checked", "checked"],
  },
  radio: {
    html: (value) =>
      RADIOS.map(
        (one) => `<input type="radio" name="f" value="${one}" ${one === value ? "checked" : ""}>`,
      ).join(""),
    edit: (value) => user.tick(`[value="${value}"]`),
    read: () => find(":checked").value,
    values: ["a", "b", "c"],
  },
  select: {
    html: (value) =>
      `<select id="f" name="f">${RADIOS.map(
        (one) => `<option ${one === value ? "selected" : ""}>${one}</option>`,
      ).join("")}</select>`,
    edit: (value) => user.choose("#f", value),
    read: () => find("#f").value,
    values: ["a", "b", "c"],
  },
  "select multiple": {
    html: (value) =>
      `<select multiple id="f" name="f">${RADIOS.map(
        (one) => `<option ${value.includes(one) ? "selected" : ""}>${one}</option>`,
      ).join("")}</select>`,
    edit: (value) => user.choose("#f", ...value),
    read: () => [...find("#f").selectedOptions].map((option) => option.value).join(""),
    values: ["a", "bc", "ac"],
  },
  contenteditable: {
    html: (value) => `<div id="f" contenteditable="true">${value}</div>`,
    edit: (value) => user.rewrite("#f", value),
    read: () => find("#f").innerHTML,
    values: ["<p>first</p>", "<p>typed</p>", "<p>server</p>"],
  },
};

describe.each(Object.entries(kinds))("R1 in %s", (name, { html, edit, read, values }) => {
  const [first, typed, server] = values;
  const hasThirdState = typed !== server;

  beforeEach(() => show(html(first)));

  it("follows the HTML when it was not edited", () => {
    render(html(server));

    expect(read()).toBe(server);
  });

  it("is kept by a render that answers no event", () => {
    edit(typed);
    render(html(first));

    expect(read()).toBe(typed);
  });

  it.runIf(hasThirdState)("is kept by such a render also when the server changed its mind", () => {
    edit(typed);
    render(html(server));

    expect(read()).toBe(typed);
  });

  it("is kept by the answer to an event when the server did not change its mind", () => {
    edit(typed);
    send();
    render(html(first), { answers: 1 });

    expect(read()).toBe(typed);
  });

  it.runIf(hasThirdState)("is set by the answer to an event when the server did", () => {
    edit(typed);
    send();
    render(html(server), { answers: 1 });

    expect(read()).toBe(server);
  });

  it("is set by the answer to a submit, also to what it was at first", () => {
    edit(typed);
    send();
    render(html(first), { answers: 1, submit: true });

    expect(read()).toBe(first);
  });

  it("is kept by the answer to a submit that was made before the edit", () => {
    send();
    edit(typed);
    render(html(first), { answers: 1, submit: true });

    expect(read()).toBe(typed);
  });

  it("follows the HTML again after the server has set it", () => {
    edit(typed);
    send();
    render(html(first), { answers: 1, submit: true });
    render(html(server));

    expect(read()).toBe(server);
  });

  it("is not edited anew by the change event after the last input event", () => {
    edit(typed);
    send();
    if (name !== "contenteditable") user.leave(name === "radio" ? `[value="${typed}"]` : "#f");
    render(html(first), { answers: 1, submit: true });

    expect(read()).toBe(first);
  });
});

describe("R1 under composition", () => {
  it("is not written, whatever is answered", () => {
    show(`<input name="f" value="">`);
    user.startComposing("input");
    user.type("input", "に");
    send();
    render(`<input name="f" value="server">`, { answers: 1, submit: true });

    expect(find("input").value).toBe("に");
    expect(find("input").getAttribute("value")).toBe("");
  });

  it("leaves other fields free, and ends", () => {
    show(`<input name="f"><input name="g">`);
    user.startComposing("[name=f]");
    render(`<input name="f" value="1"><input name="g" value="1">`);
    expect([...document.querySelectorAll("input")].map(({ value }) => value)).toEqual(["", "1"]);

    user.endComposing("[name=f]");
    render(`<input name="f" value="2"><input name="g" value="2">`);
    expect(find("[name=f]").value).toBe("2");
  });

  it("holds for editable elements", () => {
    show(`<div id="f" contenteditable>に</div>`);
    user.startComposing("#f");
    render(`<div id="f" contenteditable>server</div>`);

    expect(find("#f").innerHTML).toBe("に");
  });
});

describe("R1 for what was there before us", () => {
  it("keeps what the browser or an impatient user has put in", () => {
    document.body.innerHTML = `<div id="target"><input name="f" value="first"></div>`;
    find("input").value = "typed early";
    edits = new Edits(() => 0);
    morph = new Morph(edits);
    edits.start();
    render(`<input name="f" value="server">`);

    expect(find("input").value).toBe("typed early");
  });

  it("keeps what the browser puts back when the visitor returns", () => {
    show(`<input name="f" value="first">`);
    find("input").value = "typed on the last visit";
    window.dispatchEvent(new Event("pageshow"));
    render(`<input name="f" value="server">`);

    expect(find("input").value).toBe("typed on the last visit");
  });

  it("does not take a browser's own default for an edit", () => {
    show(`<input type="range" name="f"><select name="g"><option>a<option>b</select>`);
    render(`<input type="range" name="f" value="7">
            <select name="g"><option>a<option selected>b</select>`);

    expect(find("input").value).toBe("7");
    expect(find("select").value).toBe("b");
  });
});

test("R1: a form that the user has reset stays so", () => {
  show(`<input name="f" value="first">`);
  user.type("input", "typed");
  send();
  find("#form").reset();
  send();
  render(`<input name="f" value="typed">`, { answers: 1 });

  expect(find("input").value).toBe("first");
});

test("R1: another option list keeps the choice as long as it is there", () => {
  show(`<select name="f"><option>a<option>b</select>`);
  user.choose("select", "b");
  render(`<select name="f"><option>new<option>a<option>b<option>c</select>`);

  expect(find("select").value).toBe("b");
});

test("R1: a new radio button that is checked does not take the user's choice", () => {
  show(`<input type="radio" name="f" value="a"><input type="radio" name="f" value="b">`);
  user.tick("[value=a]");
  render(`<input type="radio" name="f" value="a"><input type="radio" name="f" value="b">
          <input type="radio" name="f" value="c" checked>`);

  expect(find(":checked").value).toBe("a");
});

describe("a field is known by its name", () => {
  it("so that its text does not move into another one when it goes", () => {
    show(`<input name="a"><input name="b">`);
    user.type("[name=a]", "for a");
    user.type("[name=b]", "for b");
    render(`<input name="b">`);

    expect(find("input").value).toBe("for b");
  });

  it("so that it is the same element inside of something new", () => {
    show(`<input name="a">`);
    const field = find("input");
    user.type("input", "typed");
    render(`<p>An error</p><label class="wrong"><input name="a"></label>`);

    expect(find("input")).toBe(field);
    expect(find("input").value).toBe("typed");
  });

  it("and by the row that it stands in", () => {
    const row = (id) => `<li id="${id}"><input name="title"></li>`;
    show(row("r1") + row("r2") + row("r3"));
    user.type("#r3 input", "third");
    render(row("r1") + row("r3"));

    expect(find("#r3 input").value).toBe("third");
    expect(find("#r1 input").value).toBe("");
  });

  it("and nothing of that stays in the page", () => {
    show(`<input name="a">`);
    render(`<input name="a"><input name="b">`);

    expect(document.querySelector("input[id]")).toBeNull();
  });
});

describe("R2", () => {
  it("keeps focus, caret and listeners of what stays", () => {
    show(`<p>1</p><input name="f" value="typed">`);
    let clicks = 0;
    const field = find("input");
    field.addEventListener("click", () => (clicks += 1));
    field.focus();
    field.setSelectionRange(1, 3);
    render(`<p>2</p><p>more</p><input name="f" value="typed" class="ok">`);
    find("input").click();

    expect(document.activeElement).toBe(field);
    expect([field.selectionStart, field.selectionEnd]).toEqual([1, 3]);
    expect(field.className).toBe("ok");
    expect(clicks).toBe(1);
  });

  it("leaves the caret where it was in a text that the server tidied", () => {
    show(`<input name="f" value="">`);
    user.type("input", "Ada  Lovelace");
    find("input").focus();
    find("input").setSelectionRange(3, 3);
    send();
    render(`<input name="f" value="Ada Lovelace">`, { answers: 1 });

    expect(find("input").value).toBe("Ada Lovelace");
    expect(find("input").selectionStart).toBe(3);
  });

  it("keeps what the user opened open, and closed what they closed", () => {
    show(`<details id="a"></details><details id="b" open></details>`);
    find("#a").open = true;
    find("#b").open = false;
    render(`<details id="a">x</details><details id="b" open>x</details>`);

    expect([find("#a").open, find("#b").open]).toEqual([true, false]);
  });

  it("lets the server open and close when it changes its mind", () => {
    show(`<details id="a"></details><dialog id="b" open></dialog>`);
    render(`<details id="a" open></details><dialog id="b"></dialog>`);
    expect([find("#a").open, find("#b").open]).toEqual([true, false]);

    render(`<details id="a"></details><dialog id="b"></dialog>`);
    expect(find("#a").open).toBe(false);
  });

  it("knows that what was added open was opened by the server", () => {
    show("");
    render(`<section><details open></details></section>`);
    find("details").open = false;
    render(`<section><details open>x</details></section>`);

    expect(find("details").open).toBe(false);
  });

  it("keeps a permanent element as it is", () => {
    show(`<div id="map" data-liveview-permanent></div>`);
    find("#map").innerHTML = "<canvas></canvas>";
    render(`<p>new</p><div id="map" data-liveview-permanent class="new">loading</div>`);

    expect(find("#map").outerHTML).toBe(
      `<div id="map" data-liveview-permanent=""><canvas></canvas></div>`,
    );
  });

  it("never writes a file field", () => {
    show(`<input type="file" name="f">`);
    const field = find("input");
    render(`<input type="file" name="f" class="new">`, { answers: 1, submit: true });

    expect(find("input")).toBe(field);
    expect(field.className).toBe("new");
  });
});

describe("the HTML of fields", () => {
  it("takes over the new defaults, also where the user's state stays", () => {
    show(`<input name="f" value="1"><textarea name="g">1</textarea>`);
    user.type("input", "typed");
    render(`<input name="f" value="2"><textarea name="g">2</textarea>`);

    expect(find("input").defaultValue).toBe("2");
    expect(find("textarea").defaultValue).toBe("2");
  });

  it("takes over the values of boxes, buttons and hidden fields", () => {
    show(`<input type="checkbox" name="a" value="1"><input type="hidden" name="b" value="1">
          <input type="submit" value="Send">`);
    render(`<input type="checkbox" name="a" value="1" id="x"><input type="hidden" name="b" value="2">
          <input type="submit" value="Send again">`);

    expect([...target().children].map(({ value }) => value)).toEqual(["1", "2", "Send again"]);
  });

  it("can become another kind", () => {
    show(`<input id="f" type="text" name="f">`);
    user.type("#f", "typed");
    render(`<input id="f" type="checkbox" name="f" checked>`);

    expect(find("#f").checked).toBe(true);
  });

  it("keeps the text of a password that is shown", () => {
    show(`<input type="password" name="f">`);
    user.type("input", "secret");
    send();
    render(`<input type="text" name="f">`, { answers: 1 });

    expect(find("input").value).toBe("secret");
  });
});

describe("a field as the target itself", () => {
  it("is set like any other", () => {
    document.body.innerHTML = `<textarea id="target">1</textarea>`;
    edits = new Edits(() => 0);
    morph = new Morph(edits);
    edits.start();
    const content = document.createElement("textarea");
    content.innerHTML = "2";
    morph.run(target(), content, "innerHTML", null);
    expect(target().value).toBe("2");

    user.type("#target", "typed");
    content.innerHTML = "3";
    morph.run(target(), content, "innerHTML", null);
    expect(target().value).toBe("typed");
  });
});

test("an outer swap changes the target itself and may give more than one element", () => {
  show("");
  const content = document.createElement("form");
  content.innerHTML = `<section id="target">new</section><p>more</p>`;
  morph.run(target(), content, "outerHTML", null);

  expect(find("#form").innerHTML).toBe(`<section id="target">new</section><p>more</p>`);
});
