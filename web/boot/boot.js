// Starts a page: loads its program, says how far it is, and says in words what went
// wrong. It stays on guard afterwards, because a program that has stopped cannot say so.
//
// Every address is relative to this file, so that one release never loads another's files.

const NO_WASM =
  "This browser does not run WebAssembly, and Lambdarium is made of it. Open the page in a " +
  "current Firefox, Chrome, Edge or Safari, or allow WebAssembly where it was turned off.";
const STOPPED =
  "Lambdarium has stopped because of a mistake of its own. Your scenario is still in the " +
  "address of this page: copy it if it matters to you, then reload.";

const { program } = document.querySelector("script[data-program]").dataset;

// Where the app finds its worker: a module, `new Worker(url, { type: "module" })`.
document.documentElement.dataset.worker = new URL("boot-worker.js", import.meta.url).href;
// Where it finds what it does not need at once.
document.documentElement.dataset.base = new URL(".", import.meta.url).href;

/** Says how far the start is; nothing once the program has taken over the page. */
function report(text) {
  const status = document.getElementById("boot-status");
  if (status) status.textContent = text;
}

/** Says that the page cannot go on, on top of whatever is there. The first reason stands. */
function fail(text) {
  if (document.querySelector(".boot-alert")) return;
  report("Lambdarium could not start.");
  const alert = document.createElement("div");
  alert.className = "boot-alert";
  alert.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = text;
  const reload = document.createElement("button");
  reload.className = "btn line";
  reload.textContent = "Reload";
  reload.addEventListener("click", () => location.reload());
  alert.append(words, reload);
  document.body.append(alert);
}

/** Counts what has arrived. It reads a copy: the browser caches compiled originals only. */
async function count(response) {
  const reader = response.body.getReader();
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.byteLength;
    report(`Loading… ${Math.round(bytes / 1000)} kB`);
  }
}

async function load() {
  report("Loading…");
  const wasm = fetch(new URL(`${program}_bg.wasm`, import.meta.url));
  const [{ default: init }, response] = await Promise.all([import(`./${program}.js`), wasm]);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  // A copy that breaks off breaks the original too, and that is reported below.
  count(response.clone()).catch(() => {});
  await init({ module_or_path: response });
}

function isCrash(error) {
  return error instanceof WebAssembly.RuntimeError;
}

if (typeof WebAssembly === "object") {
  addEventListener("error", (event) => isCrash(event.error) && fail(STOPPED));
  addEventListener("unhandledrejection", (event) => isCrash(event.reason) && fail(STOPPED));
  load().catch((error) => {
    console.error(error);
    const why = error instanceof Error ? error.message : String(error);
    fail(isCrash(error) ? STOPPED : `Lambdarium could not be loaded (${why}). Check the connection, then reload.`);
  });
} else {
  fail(NO_WASM);
}
