// The editor of the text pane: CodeMirror with what a JSON text needs and nothing more.
//
// It is loaded when the pane is first opened. It lives in a shadow root, where its styles are
// adopted sheets: the page's security policy allows no style elements.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import {
  HighlightStyle,
  bracketMatching,
  codeFolding,
  foldGutter,
  foldKeymap,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, EditorState, Transaction } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** Marks what the page changes, so that it is not taken for typing. */
const fromPage = Annotation.define();

// Colours are the page's own custom properties: they reach into the shadow root, and follow
// the theme by themselves.
const look = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "var(--t-12)" },
  "&.cm-focused": { outline: "none", boxShadow: "inset 0 0 0 2px var(--accent)" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--text)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--accent-soft)",
  },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--text-3)", border: "none" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--sunken) 45%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--sunken)", color: "var(--text)" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "2px" },
  ".cm-lint-marker": { width: "16px", height: "16px", content: "none", position: "relative" },
  // A triangle with a bar: the shape says it as well as the colour.
  ".cm-lint-marker-error": {
    clipPath: "polygon(50% 6%, 96% 94%, 4% 94%)",
    backgroundColor: "var(--fail)",
  },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--fail) 1.5px",
    textUnderlineOffset: "3px",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--accent-soft)",
    outline: "1px solid var(--accent)",
  },
  ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": {
    backgroundColor: "var(--fail-soft)",
    outline: "1px solid var(--fail)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--wait-soft)" },
  ".cm-searchMatch": { backgroundColor: "var(--wait-soft)", outline: "1px solid var(--wait)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--accent-soft)", outline: "2px solid var(--accent)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--sunken)", borderColor: "var(--line-mid)", color: "var(--text-2)" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--text)",
    border: "1px solid var(--line-mid)",
    borderRadius: "var(--r-2)",
    maxWidth: "48ch",
  },
  ".cm-diagnostic": { fontFamily: "var(--sans)", padding: "6px 10px", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--fail)" },
  ".cm-panels": { backgroundColor: "var(--ground)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "8px 32px 8px 12px", fontFamily: "var(--sans)" },
  ".cm-panel.cm-search label": { fontSize: "var(--t-12)", display: "inline-flex", alignItems: "center", minHeight: "24px" },
  ".cm-panel.cm-search [name=close]": { color: "inherit", width: "24px", height: "24px", fontSize: "16px" },
  ".cm-panel.cm-gotoLine [name=close]": { color: "inherit", width: "24px", height: "24px" },
  ".cm-textfield": {
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--r-1)",
    minHeight: "24px",
    fontSize: "var(--t-12)",
  },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    border: "1px solid var(--line-mid)",
    borderRadius: "var(--r-2)",
    minHeight: "24px",
    fontSize: "var(--t-12)",
  },
  ".cm-textfield:focus-visible, .cm-button:focus-visible": { outline: "2px solid var(--accent)" },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--ok)" },
  { tag: tags.number, color: "var(--wait-ink)" },
  { tag: [tags.bool, tags.null], color: "var(--key-7)", fontWeight: "600" },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: "var(--text-2)" },
  { tag: tags.invalid, color: "var(--fail)" },
]);

function extensions(label, onTyped) {
  return [
    lineNumbers(),
    lintGutter(),
    foldGutter(),
    codeFolding(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    search({ top: false }),
    highlightSelectionMatches(),
    json(),
    syntaxHighlighting(colours),
    look,
    EditorState.tabSize.of(2),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
    // Escape and then Tab leaves the editor; CodeMirror sees to that by itself.
    keymap.of([...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap, indentWithTab]),
    // The browser would put what is typed over coloured text into elements with styles of their
    // own, which the page does not allow, and complain.
    EditorView.domEventHandlers({
      beforeinput(event, view) {
        const replaces = event.inputType === "insertText" && !view.state.selection.main.empty;
        if (!replaces || event.isComposing || event.data === null) return false;
        event.preventDefault();
        view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
        return true;
      },
    }),
    EditorView.updateListener.of((update) => {
      const typed = (transaction) => transaction.docChanged && !transaction.annotation(fromPage);
      if (update.transactions.some(typed)) onTyped();
    }),
  ];
}

/** The one change that makes the second text of the first: cursors outside of it stay. */
function difference(before, after) {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let tail = 0;
  while (tail < most - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}

/**
 * `<json-editor label="…">`: to the page it is like a text area, with `value`, `input` events,
 * `setSelectionRange` and `focus`; and it can show what is wrong.
 */
class JsonEditor extends HTMLElement {
  #view;
  /** The text while the element is nowhere in the page. */
  #kept = "";

  connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    // Only a change of the text is news to the page, not what is typed to search for.
    root.addEventListener("input", (event) => event.stopPropagation());
    const onTyped = () => this.dispatchEvent(new Event("input", { bubbles: true }));
    const state = EditorState.create({
      doc: this.#kept,
      extensions: extensions(this.getAttribute("label") ?? "", onTyped),
    });
    this.#view = new EditorView({ state, root, parent: root });
  }

  disconnectedCallback() {
    this.#kept = this.value;
    this.#view.destroy();
    this.#view = undefined;
  }

  get value() {
    return this.#view ? this.#view.state.doc.toString() : this.#kept;
  }

  get selectionStart() {
    return this.#view?.state.selection.main.head ?? 0;
  }

  /** Takes another text. It is no part of the editor's own history. */
  set value(text) {
    const before = this.value;
    if (!this.#view) this.#kept = text;
    if (!this.#view || before === text) return;
    this.#view.dispatch({
      changes: difference(before, text),
      annotations: [fromPage.of(true), Transaction.addToHistory.of(false)],
    });
  }

  /** Shows what is wrong: from, to and words of each, one after the other. */
  set problems(problems) {
    if (!this.#view) return;
    const { length } = this.#view.state.doc;
    const found = [];
    for (let at = 0; at < problems.length; at += 3) {
      const from = Math.min(problems[at], length);
      const to = Math.min(Math.max(problems[at + 1], from), length);
      found.push({ from, to, severity: "error", message: problems[at + 2] });
    }
    const view = this.#view;
    view.dispatch(setDiagnostics(view.state, found));
    if (!view.hasFocus) return;
    // The list of them may take room below: what is being typed stays in sight.
    requestAnimationFrame(() => {
      if (view !== this.#view) return;
      const { head } = view.state.selection.main;
      view.dispatch({ effects: EditorView.scrollIntoView(head, { yMargin: 24 }) });
    });
  }

  setSelectionRange(from, to) {
    const within = (offset) => Math.min(offset, this.#view.state.doc.length);
    this.#view.dispatch({
      selection: { anchor: within(to), head: within(from) },
      effects: EditorView.scrollIntoView(within(from), { y: "center" }),
    });
  }

  focus() {
    this.#view?.focus();
  }
}

customElements.define("json-editor", JsonEditor);
