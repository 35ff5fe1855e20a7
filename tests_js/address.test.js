import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { socketUrl } from "../frontend/address.js";

const html = document.documentElement;

beforeEach(() => localStorage.clear());

afterEach(() => {
  delete window.webSocketConfig;
  html.removeAttribute("data-room");
});

function script(path) {
  const element = document.createElement("script");
  element.setAttribute("data-liveview-path", path);
  return element;
}

describe("the room", () => {
  it("is the page's, whatever was there before", () => {
    socketUrl(null);
    html.setAttribute("data-room", "chat-42:signed/x");

    expect(socketUrl(null)).toBe("ws://localhost:3000/ws/liveview/chat-42%3Asigned%2Fx/");
  });

  it("is a random one without, the same for this browser", () => {
    const url = socketUrl(null);

    expect(url).toMatch(/\/ws\/liveview\/[0-9a-f]{32}\/$/);
    expect(socketUrl(null)).toBe(url);
  });
});

describe("the path", () => {
  it.each(["/own/path/", "own/path", "/own/path"])("is that of the script element: %s", (path) => {
    html.setAttribute("data-room", "r");

    expect(socketUrl(script(path))).toBe("ws://localhost:3000/own/path/r/");
  });
});

describe("window.webSocketConfig", () => {
  it.each([
    [{ host: "other:9000" }, "ws://other:9000/ws/liveview/r/"],
    [{ protocol: "wss" }, "wss://localhost:3000/ws/liveview/r/"],
    [{ path: "/mine/" }, "ws://localhost:3000/mine/r/"],
  ])("%j is merged", (config, url) => {
    html.setAttribute("data-room", "r");
    window.webSocketConfig = config;

    expect(socketUrl(null)).toBe(url);
  });
});
