// Starts the worker, with the program that its address names. What it has to say about its own
// start it says by its first message; what keeps it from starting reaches the page as an
// `error` event of the worker.

const program = location.hash.slice(1);

import(`./${program}.js`)
  .then(({ default: init }) => init({ module_or_path: new URL(`${program}_bg.wasm`, import.meta.url) }))
  .catch((error) => {
    // Thrown outside of the promise: only then does the page get to hear of it.
    setTimeout(() => {
      throw error;
    });
  });
