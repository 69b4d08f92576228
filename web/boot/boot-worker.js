// Starts the worker. What it has to say about its own start it says by its first message;
// what keeps it from starting reaches the page as an `error` event of the worker.

import init from "./app.js";

init({ module_or_path: new URL("app_bg.wasm", import.meta.url) }).catch((error) => {
  // Thrown outside of the promise: only then does the page get to hear of it.
  setTimeout(() => {
    throw error;
  });
});
