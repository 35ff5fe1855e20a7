import { beforeEach, describe, expect, test } from "vitest";

import { buildEvent } from "../frontend/event.js";

const find = (selector) => document.querySelector(selector);
const messageOf = (selector, ...rest) => buildEvent(find(selector), ...rest).message;

/** The event of a press, as a handler sees it. Nothing is submitted. */
function press(selector, type = "click") {
  let seen = null;
  const see = (event) => {
    event.preventDefault();
    seen = event;
  };
  window.addEventListener(type, see, { once: true });
  find(selector).click();
  return seen;
}

beforeEach(() => {
  document.documentElement.removeAttribute("lang");
});

describe("the message", () => {
  test("names the handler and carries no id", () => {
    document.body.innerHTML = `<button data-liveview-function="increment">+1</button>`;
    expect(messageOf("button")).toEqual({
      function: "increment",
      data: {},
      form: { entries: [], kinds: {} },
    });
  });

  test("may be for another handler than the element's", () => {
    document.body.innerHTML = `<div data-liveview-function="open"></div>`;
    expect(messageOf("div", null, "close").function).toBe("close");
  });

  test("has no handler when the element names none", () => {
    document.body.innerHTML = `<button>+1</button>`;
    expect(messageOf("button").function).toBeNull();
  });

  test("has the form's id only when the element names one", () => {
    document.body.innerHTML = `<p data-liveview-form-id="contact"></p><b></b>`;
    expect(messageOf("p").form_id).toBe("contact");
    expect(messageOf("b")).not.toHaveProperty("form_id");
  });

  test("has the page's language when there is one", () => {
    document.body.innerHTML = `<b></b>`;
    expect(messageOf("b")).not.toHaveProperty("lang");
    document.documentElement.setAttribute("lang", "es");
    expect(messageOf("b").lang).toBe("es");
  });
});

describe("data", () => {
  test("has the data attributes under snake_case names", () => {
    document.body.innerHTML = `<b data-comment-id="7" data-x="" data-page-2="b"></b>`;
    expect(messageOf("b").data).toEqual({ comment_id: "7", x: "", page_2: "b" });
  });

  test("leaves out what is ours, but keeps the form's id", () => {
    document.body.innerHTML = `<b
      data-controller="page"
      data-action="click->page#run"
      data-liveview-function="save"
      data-liveview-form-id="contact"
      data-liveview-debounce="100"
      data-liveview-throttle="100"
      data-id="7"></b>`;
    expect(messageOf("b").data).toEqual({ liveview_form_id: "contact", id: "7" });
  });

  test("knows data-data-x under both names", () => {
    document.body.innerHTML = `<b data-data-user-id="7"></b>`;
    expect(messageOf("b").data).toEqual({ data_user_id: "7", user_id: "7" });
  });

  test("prefers an explicit data-x to data-data-x, whichever comes first", () => {
    document.body.innerHTML = `
      <b data-x="explicit" data-data-x="long"></b>
      <i data-data-x="long" data-x="explicit"></i>`;
    const both = { x: "explicit", data_x: "long" };
    expect([messageOf("b").data, messageOf("i").data]).toEqual([both, both]);
  });

  test("may have a name that objects have", () => {
    document.body.innerHTML = `<b data-__proto__="1" data-constructor="2"></b>`;
    expect(JSON.stringify(messageOf("b").data)).toBe('{"__proto__":"1","constructor":"2"}');
  });

  test("is that of a form whose fields are named as its properties", () => {
    document.body.innerHTML = `
      <form data-liveview-function="save" data-id="7">
        <input name="getAttribute"><input name="attributes"><input name="dataset">
      </form>`;
    expect(messageOf("form")).toMatchObject({ function: "save", data: { id: "7" } });
  });
});

describe("the form that is carried", () => {
  const formOf = (selector, event = null) => buildEvent(find(selector), event).form;

  test("is the element itself, if it is a form", () => {
    document.body.innerHTML = `<form data-liveview-form-id="other"></form><form id="other"></form>`;
    expect(formOf("form")).toBe(find("form"));
  });

  test("is the element's own form before the one that it names", () => {
    document.body.innerHTML = `
      <form id="own"><button data-liveview-form-id="other">Save</button></form>
      <form id="other"></form>`;
    expect(formOf("button")).toBe(find("#own"));
  });

  test("is the form of a form= attribute before the one around", () => {
    document.body.innerHTML = `<form id="a"><input form="b"></form><form id="b"></form>`;
    expect(formOf("input")).toBe(find("#b"));
  });

  test("is the one that the element names, if it is in none", () => {
    document.body.innerHTML = `
      <form id="contact"></form>
      <div><input name="near"><b data-liveview-form-id="contact"></b></div>`;
    expect(formOf("b")).toBe(find("#contact"));
  });

  test("is the container of named fields, if the named form does not exist", () => {
    document.body.innerHTML = `
      <div id="c"><input name="near"><b data-liveview-form-id="gone"></b></div>`;
    expect(formOf("b")).toBe(find("#c"));
  });

  test("is the submitted one for an element around it", () => {
    document.body.innerHTML = `
      <div><input name="near"><form><input name="a" value="1"><button></button></form></div>`;
    const { form, message } = buildEvent(find("div"), press("button", "submit"));
    expect(form).toBe(find("form"));
    expect(message.form.entries).toEqual([["a", "1"]]);
  });

  test("is the element itself, if there are no named fields anywhere", () => {
    document.body.innerHTML = `<p><input><button name="go" value="1">Go</button></p>`;
    expect(formOf("button")).toBe(find("button"));
  });
});

describe("a submit", () => {
  const FORM = `
    <form><button id="save" name="go" value="save"><b>Save</b></button>
      <button id="plain" type="button" name="go" value="no">No</button><input name="a"></form>
    <form id="other"><button id="elsewhere" name="go" value="x">X</button></form>`;

  beforeEach(() => {
    document.body.innerHTML = FORM;
  });

  test("is a submit event", () => {
    const { submits, message } = buildEvent(find("form"), press("#save", "submit"));
    expect([submits, message.form.entries]).toEqual([true, [["go", "save"], ["a", ""]]]);
  });

  test("is a click on a submit button, also on what is inside of it", () => {
    const { submits, message } = buildEvent(find("#save"), press("#save b"));
    expect([submits, message.form.entries]).toEqual([true, [["go", "save"], ["a", ""]]]);
  });

  test("is no click on a button that is only a button", () => {
    const { submits, message } = buildEvent(find("#plain"), press("#plain"));
    expect([submits, message.form.entries]).toEqual([false, [["a", ""]]]);
  });

  test("is no click on a button of another form", () => {
    const { submits, message } = buildEvent(find("form"), press("#elsewhere"));
    expect([submits, message.form.entries]).toEqual([false, [["a", ""]]]);
  });

  test("is no input", () => {
    expect(buildEvent(find("input"), new Event("input")).submits).toBe(false);
  });
});
