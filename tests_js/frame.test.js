import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Edits } from "../frontend/edits.js";
import { applyFrame } from "../frontend/frame.js";
import { Morph } from "../frontend/morph.js";
import { Scripts } from "../frontend/scripts.js";
import { heard, listen } from "./support/events.js";
import * as user from "./support/user.js";

let edits;
let newestEvent;
const find = (selector) => document.querySelector(selector);
const html = () => document.body.innerHTML;

function show(markup) {
  document.body.innerHTML = markup;
  newestEvent = 0;
  edits = new Edits(() => newestEvent);
  edits.start();
  listen();
}

/** What the page makes of messages that handlers gave to send(). */
function receive(...ops) {
  apply(ops, null);
}

function answer(id, ...ops) {
  apply(ops, { id, handedBack: null });
}

function apply(ops, answered) {
  const morph = new Morph(edits);
  applyFrame(ops, { morph, edits, scripts: new Scripts("secret"), answer: answered });
}

beforeEach(() => show(`<div id="a">old</div>`));
afterEach(() => edits.stop());

describe("target and html", () => {
  it.each([
    ["inner", { swap: "inner" }, `<div id="a"><b>new</b></div>`],
    ["inner by default", {}, `<div id="a"><b>new</b></div>`],
    ["outer", { swap: "outer" }, `<b>new</b>`],
    ["append", { swap: "append" }, `<div id="a">old<b>new</b></div>`],
    ["append in short", { append: true }, `<div id="a">old<b>new</b></div>`],
    ["prepend", { swap: "prepend" }, `<div id="a"><b>new</b>old</div>`],
    ["before", { swap: "before" }, `<b>new</b><div id="a">old</div>`],
    ["after", { swap: "after" }, `<div id="a">old</div><b>new</b>`],
    ["remove", { swap: "remove" }, ``],
    ["remove in short", { remove: true }, ``],
  ])("%s", (_name, options, expected) => {
    receive({ target: "#a", html: "<b>new</b>", ...options });

    expect(html()).toBe(expected);
  });

  it("changes every match with all", () => {
    show(`<i></i><i></i>`);
    receive({ target: "i", html: "x", all: true });

    expect(html()).toBe(`<i>x</i><i>x</i>`);
  });

  it("removes without html, and does nothing else without html", () => {
    receive({ target: "#a" }, { target: "#a", html: null });
    expect(find("#a").textContent).toBe("old");

    receive({ target: "#a", remove: true });
    expect(find("#a")).toBeNull();
  });

  it("empties with an empty html", () => {
    receive({ target: "#a", html: "" });

    expect(html()).toBe(`<div id="a"></div>`);
  });

  it.each([
    [`<table><tbody id="a"></tbody></table>`, `<tr><td>1</td></tr>`, "tr > td"],
    [`<select id="a"></select>`, `<option>1</option>`, "option"],
    [`<svg id="a"></svg>`, `<circle r="1"></circle>`, "circle"],
  ])("is parsed in the context of %s", (page, sent, selector) => {
    show(page);
    receive({ target: "#a", html: sent });

    expect(find(selector).namespaceURI).toBe(find("#a").namespaceURI);
  });

  it("names the ways when the swap is unknown", () => {
    receive({ target: "#a", html: "x", swap: "sideways" });

    expect(heard("error")[0]).toMatchObject({
      code: "bad_message",
      message:
        'Unknown swap "sideways", must be one of: ' +
        "inner, outer, append, prepend, before, after, remove.",
    });
  });
});

describe("a missing target", () => {
  it.each([
    ["#gone", 'Nothing on this page matches "#gone".'],
    ["##(", '"##(" is not a valid CSS selector.'],
  ])("%s is said, and the rest happens", (selector, message) => {
    receive({ target: selector, html: "x", title: "Still" }, { target: "#a", html: "new" });

    expect(heard("error")).toMatchObject([{ code: "missing_target", message }]);
    expect(document.title).toBe("Still");
    expect(find("#a").textContent).toBe("new");
  });

  it("is also one to scroll to", () => {
    receive({ scroll: "#gone" });

    expect(heard("error")).toMatchObject([{ code: "missing_target" }]);
  });
});

describe("the other keys", () => {
  it("title", () => {
    receive({ title: "New title" });

    expect(document.title).toBe("New title");
  });

  it("url makes a history entry", () => {
    const entries = history.length;
    receive({ url: "/next/?page=2" });

    expect(location.pathname + location.search).toBe("/next/?page=2");
    expect(history.length).toBe(entries + 1);
  });

  it("a url of another origin is said, and the rest happens", () => {
    const before = location.href;
    receive({ url: "https://elsewhere.example/", target: "#a", html: "new" });

    expect(location.href).toBe(before);
    expect(heard("error")).toMatchObject([{ code: "bad_url" }]);
    expect(find("#a").textContent).toBe("new");
  });

  it("event and eventData", () => {
    const listener = vi.fn();
    document.addEventListener("cart:changed", ({ detail }) => listener(detail), { once: true });
    receive({ event: "cart:changed", eventData: { items: 2 } });

    expect(listener).toHaveBeenCalledWith({ items: 2 });
  });

  it("scroll", () => {
    find("#a").scrollIntoView = vi.fn();
    receive({ scroll: "#a" });

    expect(find("#a").scrollIntoView).toHaveBeenCalledOnce();
  });

  it("scrollTop", () => {
    window.scrollTo = vi.fn();
    receive({ scrollTop: true });
    receive({ scrollTop: false });

    expect(window.scrollTo).toHaveBeenCalledOnce();
  });

  it("happen in this order", () => {
    const order = [];
    window.scrollTo = () => order.push(`scrolled with ${find("#a").textContent}`);
    document.addEventListener("told", () => order.push(`told on ${location.pathname}`), {
      once: true,
    });
    receive({ scrollTop: true, event: "told", html: "new", target: "#a", url: "/later/" });

    expect(order).toEqual(["told on /later/", "scrolled with new"]);
  });

  it("script runs with the target as el", () => {
    receive({ target: "#a", script: "el.dataset.ran = this.id" });

    expect(find("#a").dataset.ran).toBe("a");
  });

  it("an unknown action is an event with the message as detail", () => {
    receive({ action: "no_draft_found", form_id: "contact" });

    expect(heard("no_draft_found")).toEqual([{ action: "no_draft_found", form_id: "contact" }]);
  });
});

describe("restore_form", () => {
  const draft = {
    action: "restore_form",
    form_id: "form",
    form_data: { name: "Ada", mail: "ada@example.org" },
    saved_at: "2026-01-02T03:04:05",
  };

  beforeEach(() => show(`<form id="form"><input name="name"><input name="mail"></form>`));

  it("refills the form and says when it was saved", () => {
    receive(draft);

    expect(find("[name=name]").value).toBe("Ada");
    expect(heard("form-restored")).toEqual([{ form_id: "form", saved_at: draft.saved_at }]);
  });

  it("keeps what was typed since it was asked for", () => {
    user.type("[name=name]", "typed before");
    newestEvent = 1;
    user.type("[name=mail]", "typed after");
    answer(1, draft);

    expect(find("[name=name]").value).toBe("Ada");
    expect(find("[name=mail]").value).toBe("typed after");
  });

  it("is the user's text again: a later render leaves it alone", () => {
    receive(draft);
    receive({ target: "#form", html: `<input name="name"><input name="mail" class="new">` });

    expect(find("[name=name]").value).toBe("Ada");
    expect(find("[name=mail]").className).toBe("new");
  });

  it("says when there is no such form", () => {
    receive({ ...draft, form_id: "gone" });

    expect(heard("error")).toMatchObject([
      { code: "missing_target", message: 'Nothing on this page matches "#gone".' },
    ]);
    expect(heard("form-restored")).toEqual([]);
  });
});

describe("an update", () => {
  it("is announced before and after, once a frame", () => {
    receive({ target: "#a", html: "1" }, { target: "#a", html: "2" });

    expect(heard()).toEqual(["before-update", "updated"]);
    expect(heard("updated")[0]).toMatchObject({ ops: [{ html: "1" }, { html: "2" }] });
  });

  it("names the event that it answers", () => {
    answer(7, { title: "x" });

    expect(heard("updated")[0].event_id).toBe(7);
  });

  it("can be cancelled", () => {
    document.addEventListener("liveview:before-update", (event) => event.preventDefault(), {
      once: true,
    });
    receive({ target: "#a", html: "new" });

    expect(find("#a").textContent).toBe("old");
    expect(heard("updated")).toEqual([]);
  });

  it("without operations is none", () => {
    receive();

    expect(heard()).toEqual([]);
  });

  it("goes on after something that throws", () => {
    window.scrollTo = () => {
      throw new Error("cannot scroll");
    };
    receive({ scrollTop: true }, { title: "After" });

    expect(heard("error")).toMatchObject([{ code: "page_error", message: "cannot scroll" }]);
    expect(document.title).toBe("After");
  });
});
