import { describe, expect, test } from "vitest";

import { restoreForm } from "../frontend/restore.js";

const find = (selector) => document.querySelector(selector);
const form = () => Document.prototype.querySelector.call(document, "form");
const posted = () => [...new FormData(form())].map((pair) => pair.join("="));

/** What the form would post after the data was restored into it. */
function restored(html, data, keep) {
  document.body.innerHTML = `<form id="f">${html}</form>`;
  restoreForm(form(), JSON.parse(data), keep);
  return posted();
}

describe("every kind of field", () => {
  const rows = [
    ["text", `<input name="a" value="old">`, `{"a": "Ada"}`, ["a=Ada"]],
    ["emptied text", `<input name="a" value="old">`, `{"a": ""}`, ["a="]],
    ["hidden", `<input type="hidden" name="a">`, `{"a": "7"}`, ["a=7"]],
    ["date", `<input type="date" name="a">`, `{"a": "2026-02-28"}`, ["a=2026-02-28"]],
    ["range", `<input type="range" name="a">`, `{"a": "70"}`, ["a=70"]],
    ["colour", `<input type="color" name="a">`, `{"a": "#ff8800"}`, ["a=#ff8800"]],
    ["number", `<input type="number" name="a">`, `{"a": 3.5}`, ["a=3.5"]],
    ["textarea", `<textarea name="a">old</textarea>`, `{"a": "1\\r\\n2"}`, ["a=1\n2"]],
    ["tick", `<input type="checkbox" name="a" value="yes">`, `{"a": true}`, ["a=yes"]],
    ["no tick", `<input type="checkbox" name="a" checked>`, `{"a": false}`, []],
    [
      "group",
      `<input type="checkbox" name="a" value="1" checked>
       <input type="checkbox" name="a" value="2"><input type="checkbox" name="a" value="3">`,
      `{"a": ["3", "2"]}`,
      ["a=2", "a=3"],
    ],
    [
      "empty group",
      `<input type="checkbox" name="a" value="1" checked>
       <input type="checkbox" name="a" value="2" checked>`,
      `{"a": []}`,
      [],
    ],
    [
      "radio",
      `<input type="radio" name="a" value="1" checked><input type="radio" name="a" value="2">`,
      `{"a": "2"}`,
      ["a=2"],
    ],
    [
      "select",
      `<select name="a"><option value="1">One</option><option value="2">Two</option></select>`,
      `{"a": "2"}`,
      ["a=2"],
    ],
    [
      "multiple select",
      `<select name="a" multiple><option selected>1</option><option>2</option><option>3</option>
       </select>`,
      `{"a": ["2", "3"]}`,
      ["a=2", "a=3"],
    ],
    [
      "emptied multiple select",
      `<select name="a" multiple><option selected>1</option></select>`,
      `{"a": []}`,
      [],
    ],
    ["several fields", `<input name="a"><textarea name="a"></textarea>`, `{"a": ["1", "2"]}`,
      ["a=1", "a=2"]],
    ["tick after its hidden field",
      `<input type="hidden" name="a" value="0"><input type="checkbox" name="a" value="1">`,
      `{"a": ["0", "1"]}`, ["a=0", "a=1"]],
    ["choice with its own text",
      `<input type="radio" name="a" value="1" checked>
       <input type="radio" name="a" value="other"><input name="a">`,
      `{"a": ["other", "tea"]}`, ["a=other", "a=tea"]],
    ["awkward names", `<input name="__proto__"><input name="elements"><input name="id">`,
      `{"__proto__": "1", "elements": "2", "id": "3"}`, ["__proto__=1", "elements=2", "id=3"]],
    ["line breaks in a name", `<input name="a&#10;b">`, `{"a\\r\\nb": "1"}`, ["a\nb=1"]],
  ];

  test.each(rows)("%s", (_, html, data, expected) => {
    expect(restored(html, data)).toEqual(expected);
  });

  test("also outside of the form", () => {
    document.body.innerHTML = `<form></form><input name="a" form="f"><form id="f"></form>`;
    restoreForm(find("#f"), { a: "1" });
    expect(find("input").value).toBe("1");
  });

  test("also in an element that is no form", () => {
    document.body.innerHTML = `<div><input name="a"></div>`;
    restoreForm(find("div"), { a: "1" });
    expect(find("input").value).toBe("1");
  });

  test("also when it is disabled now", () => {
    document.body.innerHTML = `<form><input name="a" disabled></form>`;
    restoreForm(form(), { a: "1" });
    expect(find("input").value).toBe("1");
  });
});

describe("what stays as it is", () => {
  test("a field that the data does not name", () => {
    const html = `<input name="a" value="1"><input type="checkbox" name="toString" checked>`;
    expect(restored(html, `{}`)).toEqual(["a=1", "toString=on"]);
  });

  test("a password and a button", () => {
    document.body.innerHTML = `
      <form><input type="password" name="a" value="old"><input type="submit" name="b" value="Go">
      </form>`;
    restoreForm(form(), { a: "new", b: "new" });
    expect([...form().elements].map(({ value }) => value)).toEqual(["old", "Go"]);
  });

  test("a file field", () => {
    expect(() => restored(`<input type="file" name="a">`, `{"a": "cv.pdf"}`)).not.toThrow();
  });

  test("a select or a choice that does not have the value any more", () => {
    const html = `
      <select name="a"><option>1</option><option selected>2</option></select>
      <input type="radio" name="b" value="1" checked>`;
    expect(restored(html, `{"a": "9", "b": "9"}`)).toEqual(["a=2", "b=1"]);
  });

  test("a field whose value is of another kind", () => {
    const html = `<input name="a" value="1"><input name="b" value="2">
      <input type="checkbox" name="c" value="1"><input type="checkbox" name="c" value="2" checked>`;
    expect(restored(html, `{"a": true, "b": null, "c": true}`)).toEqual(["a=1", "b=2", "c=2"]);
  });

  test("a field for which there is no value any more", () => {
    const html = `<input name="a" value="1"><input name="a" value="2">`;
    expect(restored(html, `{"a": ["3"]}`)).toEqual(["a=3", "a=2"]);
  });

  test("the options of a multiple select that cannot be posted", () => {
    document.body.innerHTML = `
      <form><select name="a" multiple><option disabled selected>1</option><option>2</option>
      </select></form>`;
    restoreForm(form(), { a: ["2"] });
    expect([...find("select").options].map(({ selected }) => selected)).toEqual([true, true]);
  });
});

describe("a field that the caller keeps", () => {
  const isKept = (field) => field.matches(".kept");

  test("stays, and its neighbours get their own values", () => {
    const html = `<input name="a"><input name="a" value="typed" class="kept"><input name="a">`;
    expect(restored(html, `{"a": ["1", "2", "3"]}`, isKept)).toEqual(["a=1", "a=typed", "a=3"]);
  });

  test("stays as one tick of a group", () => {
    const html = `<input type="checkbox" name="a" value="1" checked class="kept">
      <input type="checkbox" name="a" value="2">`;
    expect(restored(html, `{"a": ["2"]}`, isKept)).toEqual(["a=1", "a=2"]);
  });

  test("stays as a lone tick and as a select", () => {
    const html = `<input type="checkbox" name="a" class="kept">
      <select name="b" class="kept"><option>1</option><option>2</option></select>`;
    expect(restored(html, `{"a": true, "b": "2"}`, isKept)).toEqual(["b=1"]);
  });

  test("keeps its whole choice, if it is a radio button", () => {
    const html = `<input type="radio" name="a" value="1" checked class="kept">
      <input type="radio" name="a" value="2">`;
    expect(restored(html, `{"a": "2"}`, isKept)).toEqual(["a=1"]);
  });
});

test("nothing hears of it", () => {
  document.body.innerHTML = `<form><input name="a"><input type="checkbox" name="b"></form>`;
  const heard = [];
  for (const type of ["input", "change", "click"]) {
    document.body.addEventListener(type, () => heard.push(type));
  }
  restoreForm(form(), { a: "1", b: true });
  expect(heard).toEqual([]);
});

test("the caret stays in a field that has its value already", () => {
  document.body.innerHTML = `<form><textarea name="a"></textarea></form>`;
  find("textarea").value = "one\ntwo";
  find("textarea").setSelectionRange(2, 2);
  restoreForm(form(), { a: "one\r\ntwo" });
  expect(find("textarea").selectionStart).toBe(2);
});
