import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { FakeSocket } from "./support/socket.js";

beforeAll(async () => {
  document.body.innerHTML = `
    <div data-controller="page">
      <p id="count">0</p>
      <button data-liveview-function="increment" data-pk="7" data-action="click->page#run">+</button>
    </div>`;
  globalThis.WebSocket = FakeSocket;
  await import("../frontend/main.js");
});

afterAll(() => window.Stimulus.stop());

test("a click becomes an event, and the answer changes the page", async () => {
  const { last: server } = FakeSocket;
  server.accept();
  server.greet();
  await vi.waitFor(() => expect(window.Stimulus.controllers).toHaveLength(1));

  document.querySelector("button").click();
  expect(server.sent[1]).toMatchObject({ id: 1, function: "increment", data: { pk: "7" } });

  server.push({ seq: 1, ack: 1, ops: [{ target: "#count", html: "<b>1</b>" }] });
  expect(document.querySelector("#count").innerHTML).toBe("<b>1</b>");
});

test("the socket leads to a room of its own and speaks our protocol", () => {
  expect(FakeSocket.last.url).toMatch(/^ws:\/\/localhost:3000\/ws\/liveview\/[0-9a-f]{32}\/$/);
  expect(FakeSocket.last.protocol).toBe("liveview.v1");
  expect(FakeSocket.last.sent[0].hello).toEqual({
    page: expect.stringMatching(/^[0-9a-f]{32}$/),
    seen: 0,
    session: null,
  });
});
