import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { dispatch } from "../frontend/dispatch.js";
import { OfflineNotice } from "../frontend/offline.js";

let offline;
const classes = () => document.querySelector("#no-connection").className;
const isMarked = () => document.documentElement.hasAttribute("data-liveview-offline");

beforeEach(() => {
  document.body.innerHTML = `<p id="no-connection"></p>`;
  offline = new OfflineNotice();
  offline.start();
});

afterEach(() => offline.stop());

test("the first connection changes nothing", () => {
  dispatch("liveview:connected");

  expect(classes()).toBe("");
  expect(isMarked()).toBe(false);
});

test("a lost connection shows the notice, a new one hides it", () => {
  dispatch("liveview:disconnected");
  expect([classes(), isMarked()]).toEqual(["no-connection--show", true]);

  dispatch("liveview:connected");
  expect([classes(), isMarked()]).toEqual(["no-connection--hide", false]);
});

test("a notice that is added later, or rendered anew, is shown too", async () => {
  document.body.innerHTML = "";
  dispatch("liveview:disconnected");
  document.body.innerHTML = `<main><p id="no-connection" class="no-connection--hide"></p></main>`;

  await vi.waitFor(() => expect(classes()).toBe("no-connection--show"));
});

test("a page without a notice is marked all the same", () => {
  document.body.innerHTML = "";
  dispatch("liveview:disconnected");

  expect(isMarked()).toBe(true);
  document.documentElement.removeAttribute("data-liveview-offline");
});
