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

/** The small program, which is loaded first wherever it reaches. */
const { program } = document.querySelector("script[data-program]").dataset;
/** The same with everything: asynchronous events, too. */
const whole = `${program}-whole`;
/** The lessons that the small program can play. */
const SMALL = [
  "sdk-retries", "api-gateway-timeout", "function-errors", "cold-start",
  "reserved-concurrency", "provisioned",
];

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

/** What will be opened: what the address names, or else what somebody has left here. */
function source() {
  const pairs = location.hash.slice(1).split("&");
  const named = pairs.find((pair) => /^[seu]=/.test(pair));
  if (named || program !== "app" || location.hash) return named;
  try {
    return localStorage.getItem("lambdarium.scenario")?.split("\n")[1];
  } catch {
    // A frame that is shut off has no storage.
    return undefined;
  }
}

/** The name of the lesson that will be opened; with no other source it is the first one. */
const lesson = (source) => (source ? /^e=([a-z0-9-]{1,64})$/.exec(source)?.[1] : "sdk-retries");

/** Whether it is known already that the small program cannot open it. */
const isBeyond = (source) => {
  const name = lesson(source);
  return name ? !SMALL.includes(name) : /^s=\d+\.e\./.test(source);
};

/** Has the browser load the lesson now: the program that asks for it is still on its way. */
function loadLesson(name) {
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

/** Has the browser load a program: its start, and its code as the server answers it. */
async function load(name) {
  const wasm = fetch(new URL(`${name}_bg.wasm`, import.meta.url));
  const [{ default: init }, response] = await Promise.all([import(`./${name}.js`), wasm]);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return { name, init, response };
}

/** Starts a program, with its code in any form that `init` takes. */
async function start({ name, init }, code) {
  // Where it finds its worker: a module, `new Worker(url, { type: "module" })`.
  document.documentElement.dataset.worker = new URL(`boot-worker.js#${name}`, import.meta.url).href;
  await init({ module_or_path: code });
}

async function boot() {
  report("Loading…");
  const opens = source();
  loadLesson(lesson(opens));
  // Only the whole program compares.
  const loaded = await load(isBeyond(opens) || location.hash.includes("&vs=") ? whole : program);
  // A copy that breaks off breaks the original too, and that is reported below.
  count(loaded.response.clone()).catch(() => {});
  await start(loaded, loaded.response);
}

/** What the small program has left for the whole one. */
let handed;
globalThis.handedOver = () => handed;

let takesOver = false;

/**
 * Puts the whole program in the place of the small one, once it is there to the last byte:
 * `leave` says then what it has to know, or nothing if it is no longer needed.
 */
globalThis.takeOver = async (leave, failed) => {
  if (takesOver) return;
  takesOver = true;
  let loaded, code;
  try {
    loaded = await load(whole);
    code = await WebAssembly.compile(await loaded.response.arrayBuffer());
  } catch {
    // What that means is said in the page.
    failed();
    return;
  } finally {
    takesOver = false;
  }
  handed = leave();
  if (handed) start(loaded, code).catch(stop);
};

function isCrash(error) {
  return error instanceof WebAssembly.RuntimeError;
}

/** Says why a program did not start. */
function stop(error) {
  console.error(error);
  const why = error instanceof Error ? error.message : String(error);
  fail(isCrash(error) ? STOPPED : `Lambdarium could not be loaded (${why}). Check the connection, then reload.`);
}

if (typeof WebAssembly === "object") {
  addEventListener("error", (event) => isCrash(event.error) && fail(STOPPED));
  addEventListener("unhandledrejection", (event) => isCrash(event.reason) && fail(STOPPED));
  boot().catch(stop);
} else {
  fail(NO_WASM);
}
