import { PATH, ROOM } from "./attributes.js";
import { randomHex } from "./random.js";

const DEFAULT_PATH = "/ws/liveview/";
const STORAGE_KEY = "liveview:room";

/**
 * Where the socket of this page leads. Asked anew for every connection.
 *
 * @param {HTMLScriptElement | null} script our own script element, which knows the path
 * @returns {string}
 */
export function socketUrl(script) {
  const { protocol, host, path } = {
    protocol: location.protocol === "https:" ? "wss" : "ws",
    host: location.host,
    path: script?.getAttribute(PATH) || DEFAULT_PATH,
    ...window.webSocketConfig,
  };
  return `${protocol}://${host}${slashed(path)}${encodeURIComponent(room())}/`;
}

function slashed(path) {
  return `/${path}/`.replace(/\/{2,}/g, "/");
}

function room() {
  return document.documentElement.getAttribute(ROOM)?.trim() || ownRoom();
}

// Storage can be forbidden: then the room lasts as long as the document.
let fallbackRoom = null;

function ownRoom() {
  try {
    const room = localStorage.getItem(STORAGE_KEY) || randomHex();
    localStorage.setItem(STORAGE_KEY, room);
    return room;
  } catch {
    fallbackRoom ??= randomHex();
    return fallbackRoom;
  }
}
