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

/** Loads a text that lies beside the program, for the program: calls back with it, or with `null`. */
globalThis.textBeside = async (name, then) => {
  let text = null;
  try {
    const response = await fetch(new URL(name, import.meta.url));
    if (response.ok) text = await response.text();
  } catch {
    // No network; what that means is said where the text is missing.
  }
  then(text);
};

/** The name of the lesson that will be opened: what the address names, or else the first one. */
function lesson() {
  const pairs = location.hash.slice(1).split("&");
  const source = pairs.find((pair) => /^[seu]=/.test(pair));
  if (source) return /^e=([a-z0-9-]{1,64})$/.exec(source)?.[1];
  return goesOn() ? undefined : "sdk-retries";
}

/** Whether somebody has left a scenario of their own here, which opens then. */
function goesOn() {
  try {
    return program === "app" && !location.hash && !!localStorage.getItem("lambdarium.scenario");
  } catch {
    // A frame that is shut off has no storage.
    return false;
  }
}

/** Has the browser load the lesson now: the program that asks for it is still on its way. */
function loadLesson() {
  const name = lesson();
  if (!name) return;
  const link = document.createElement("link");
  link.rel = "preload";
  link.as = "fetch";
  link.crossOrigin = "anonymous";
  link.href = new URL(`lessons/${name}.json`, import.meta.url).href;
  document.head.append(link);
}

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
  loadLesson();
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
