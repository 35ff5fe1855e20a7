/** Every attribute, class and id on the page that means something to us. */

// Stimulus
export const CONTROLLER = "data-controller";
export const ACTION = "data-action";

// Events
export const FUNCTION = "data-liveview-function";
export const FORM_ID = "data-liveview-form-id";
export const DEBOUNCE = "data-liveview-debounce";
export const THROTTLE = "data-liveview-throttle";

// Triggers
export const INIT = "data-liveview-init";
export const FOCUS = "data-liveview-focus";

// Updates
export const PERMANENT = "data-liveview-permanent";
export const REPLAY = "data-liveview-replay";

// The page, on <html>
export const ROOM = "data-room";
export const DEBUG = "data-liveview-debug";
export const OFFLINE = "data-liveview-offline";

// The script element
export const PATH = "data-liveview-path";

// The notice that is shown while there is no connection
export const NO_CONNECTION_ID = "no-connection";
export const NO_CONNECTION_SHOW = "no-connection--show";
export const NO_CONNECTION_HIDE = "no-connection--hide";
