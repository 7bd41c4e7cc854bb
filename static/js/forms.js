// What forms gain from JavaScript on every page: copy buttons, the guard of unsaved changes, select with search,
// toasts, one submission at a time. All by delegation, so that parts brought by htmx need no set-up; selects are watched for.

const COPIED_MS = 1600;
const TOAST_MS = 6000;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) return copy(button);
  const close = event.target.closest("[data-toast-close]");
  if (close) close.closest("[data-toast]").remove();
});

async function copy(button) {
  const source = button.closest("[data-copy-scope]").querySelector("[data-copy-source]");
  const words = button.querySelector("[data-copy-words]");
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
  } catch {
    // No permission or no secure context: select it, so that the keys copy it.
    source.select ? source.select() : getSelection().selectAllChildren(source);
    return;
  }
  const before = words.textContent;
  words.textContent = button.dataset.copied;
  say(button.dataset.copied);
  setTimeout(() => { words.textContent = before; }, COPIED_MS);
}

// Unsaved changes: <form data-guard>, with [data-unsaved] inside.
const changed = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) mark(form, true);
});
// Without a network the browser would leave the form for an error page of its own. It also says that there is none on a
// machine that reaches nothing but itself: so the server is asked first.
document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (navigator.onLine || event.defaultPrevented || form.method !== "post" || form.dataset.reached) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  try {
    await fetch(location, { method: "HEAD", cache: "no-store" });
  } catch {
    return failed(0); // Fetch knows no other error than that nothing answered.
  }
  form.dataset.reached = "1";
  form.requestSubmit(submitter);
  delete form.dataset.reached;
});
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented && !event.target.hasAttribute("hx-post")) return;
  mark(event.target, false);
  if (event.target.method === "post") once(event);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-discard]")) changed.clear();
});
document.addEventListener("htmx:afterSwap", (event) => {
  const form = event.target.parentElement?.closest("form[data-guard]");
  if (form) mark(form, true);
});
addEventListener("beforeunload", (event) => {
  for (const form of changed) if (form.isConnected) return event.preventDefault();
});

function mark(form, dirty) {
  dirty ? changed.add(form) : changed.delete(form);
  for (const note of form.querySelectorAll("[data-unsaved]")) note.hidden = !dirty;
}

// A second press of the same button sends nothing; the state shows at once. A page restored from the cache starts afresh.
function once(event) {
  const button = event.submitter;
  if (event.target.dataset.sending) return event.preventDefault();
  if (event.target.hasAttribute("hx-post") || event.target.getAttribute("target")) return;
  event.target.dataset.sending = "1";
  button?.setAttribute("aria-busy", "true");
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) {
    delete form.dataset.sending;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
});

// Toasts: from the page, and from HX-Trigger {"toast": {"message": …, "level": …}}. One that says the same goes first.
document.addEventListener("toast", (event) => {
  const box = document.getElementById("toasts");
  if (!box) return;
  for (const text of box.querySelectorAll(".toast__text")) if (text.textContent === event.detail.message) text.parentElement.remove();
  box.append(toast(event.detail, box.dataset.dismiss));
});
for (const shown of document.querySelectorAll("[data-toast]:not(.toast--danger, .toast--warning, :has(form))")) fade(shown);

function toast({ message, level }, dismiss) {
  const element = document.createElement("div");
  const known = ["success", "info", "warning", "danger"].includes(level) ? level : "info";
  element.className = `toast toast--${known}`;
  element.dataset.toast = "";
  const text = document.createElement("p");
  text.className = "toast__text";
  text.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn--quiet btn--sm";
  close.dataset.toastClose = "";
  close.textContent = dismiss;
  element.append(text, close);
  if (known === "success" || known === "info") fade(element);
  return element;
}

// Good news goes by itself, but not while somebody points at it; warnings, and a way back, stay until they are closed.
function fade(element) {
  setTimeout(() => (element.matches(":hover, :focus-within") ? fade(element) : element.remove()), TOAST_MS);
}

function say(words) {
  const box = document.getElementById("toasts");
  if (!box) return;
  const said = document.createElement("span");
  said.className = "sr-only";
  said.textContent = words;
  box.append(said);
  setTimeout(() => said.remove(), COPIED_MS);
}

document.addEventListener("htmx:responseError", (event) => failed(event.detail.xhr.status));
document.addEventListener("htmx:sendError", () => failed(0));

function failed(status) {
  const words = document.body.dataset[status ? "failed" : "offline"];
  if (words) document.dispatchEvent(new CustomEvent("toast", { detail: { message: words, level: "danger" } }));
}

// Comboboxes: <select data-combobox> becomes a text box with a list (ARIA combobox with list autocomplete).
if (document.querySelector("select[data-combobox]")) import("./combobox.js");
document.addEventListener("htmx:load", (event) => {
  if (event.target.querySelector?.("select[data-combobox]")) import("./combobox.js").then((module) => module.enhance(event.target));
});

// A hidden field that tells in which time zone the browser is: <input type="hidden" data-zone>.
for (const field of document.querySelectorAll("[data-zone]")) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

// A form that was refused: its first wrong field is brought into sight and has the focus, so that nobody looks for it.
addEventListener("load", () => {
  if (document.querySelector("[autofocus]:not([aria-invalid=true])")) return;
  const wrong = [...document.querySelectorAll("main form[method=post] [aria-invalid=true]")].find((field) => field.checkVisibility({ visibilityProperty: true }));
  wrong?.scrollIntoView({ block: "center" });
  wrong?.focus({ preventScroll: true });
});

// What is half typed, as a date without its year, would be sent as nothing. It is said beside the field instead; the
// rest of what is wrong the server says, in the page's own words.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.noValidate || event.submitter?.formNoValidate) return;
  const half = [...form.elements].filter((field) => field.validity?.badInput);
  for (const field of half) if (!field.dataset.half) complain(field);
  if (!half.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  half[0].dispatchEvent(new Event("half", { bubbles: true })); // Who hides parts of a form shows this one.
  half[0].focus();
}, true);

let complaints = 0;

function complain(field) {
  const note = document.createElement("p");
  note.className = "field__error";
  note.id = field.dataset.half = `half-${++complaints}`;
  note.textContent = document.body.dataset.half;
  field.after(note);
  const was = { invalid: field.getAttribute("aria-invalid"), by: field.getAttribute("aria-describedby") };
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [note.id, was.by].filter(Boolean).join(" "));
  field.addEventListener("input", () => {
    note.remove();
    delete field.dataset.half;
    put(field, "aria-invalid", was.invalid);
    put(field, "aria-describedby", was.by);
  }, { once: true });
}

function put(field, name, value) {
  value === null ? field.removeAttribute(name) : field.setAttribute(name, value);
}
