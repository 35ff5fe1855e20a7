/** The other end of the page's socket: what a test sees of the browser's WebSocket. */
export class FakeSocket {
  static all = [];

  /** The newest connection of the page. */
  static get last() {
    return FakeSocket.all.at(-1);
  }

  constructor(url, protocol) {
    this.url = url;
    this.protocol = protocol;
    this.sent = [];
    this.closed = null;
    this.readyState = 0;
    FakeSocket.all.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close(code) {
    this.closed = code;
  }

  // What the server does

  accept() {
    this.readyState = 1;
    this.onopen();
  }

  greet(hello = {}) {
    this.push({ hello: { resumed: false, done: 0, session: null, ...hello } });
  }

  push(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  drop(code = 1006) {
    this.onclose({ code, reason: "" });
  }

  /** What the page has sent since it was asked last, without greetings. */
  take() {
    const events = this.sent.filter((frame) => !frame.hello);
    this.sent = [];
    return events;
  }
}
