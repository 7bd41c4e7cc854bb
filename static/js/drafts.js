// What was typed outlives a sending that did not arrive: the session had ended, the form was too old, the server failed.
// It waits in this tab's storage (no passwords, no files), and is filled in again for the same person on the same page.

const KEY = "hub_typed";
const KEPT_MS = 3600000;
const SKIPPED = ["hidden", "password", "file", "submit", "button", "reset"];
const person = document.body.dataset.person; // None on the pages that stand in the way: sign-in and errors.
let touched = null;
let isLoadedAnew = false;

const here = () => location.pathname + location.search;
const mark = (form) => `${form.id} ${new URL(form.getAttribute("action") ?? "", location).pathname}`;
const fields = (form) => [...form.elements].filter((field) => field.name && !SKIPPED.includes(field.type));
const ticked = (field) => field.type === "checkbox" || field.type === "radio";

function put(draft) {
  try {
    draft ? sessionStorage.setItem(KEY, JSON.stringify(draft)) : sessionStorage.removeItem(KEY);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // The browser keeps nothing, or has no room.
  }
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof SyntaxError)) throw error;
    return null;
  }
}

function value(field) {
  if (field.type.startsWith("select")) return [...field.selectedOptions].map((option) => [option.value, option.textContent]);
  return ticked(field) ? field.checked : field.value;
}

function keep(form, isStopped) {
  const values = fields(form).map((field) => [field.name, ticked(field) ? field.value : null, value(field)]);
  put({ person, page: here(), form: mark(form), at: Date.now(), isStopped, values });
}

function fill(field, kept) {
  if (field.type.startsWith("select")) {
    for (const [key, words] of kept) if (![...field.options].some((option) => option.value === key)) field.add(new Option(words, key));
    for (const option of field.options) option.selected = kept.some(([key]) => key === option.value);
  } else if (ticked(field)) field.checked = kept;
  else field.value = kept;
  for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
}

function restore(draft) {
  const form = [...document.querySelectorAll("form[data-guard]")].find((one) => mark(one) === draft.form);
  if (!form) return;
  const left = [...draft.values];
  for (const field of fields(form)) {
    const at = left.findIndex(([name, key]) => name === field.name && (key === null || key === field.value));
    if (at < 0) continue;
    const [[, , kept]] = left.splice(at, 1);
    if (JSON.stringify(kept) !== JSON.stringify(value(field))) fill(field, kept);
  }
  isLoadedAnew = true;
  say("kept");
}

function say(name) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { message: document.body.dataset[name], level: "warning" } }));
}

// The page of a server's fault leads back to the form itself.
function lead(draft) {
  const way = document.querySelector("[data-typed]");
  if (!way || Date.now() - draft.at > KEPT_MS) return;
  way.querySelector("a").href = draft.page;
  way.hidden = false;
  document.querySelector("[data-untyped]").classList.remove("btn--primary");
}

function begin() {
  const draft = read();
  if (!draft) return;
  if (person === undefined) {
    put({ ...draft, isStopped: true });
    return lead(draft);
  }
  put(null);
  if (draft.person !== person || Date.now() - draft.at > KEPT_MS) return;
  // The answer to a sending comes from the form's page. Whoever goes back or asks for the page anew never saw one: the
  // browser showed its own page, which has taken the form's place in its history.
  const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (draft.page === here() && (draft.isStopped || isBack || !document.referrer)) restore(draft);
  else if ((draft.isStopped || isBack) && !draft.isLed) {
    put({ ...draft, isStopped: true, isLed: true });
    location.replace(draft.page);
  }
}

document.addEventListener("input", (event) => { touched = event.target.closest("form[data-guard]") ?? touched; });
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented && event.target.matches("form[data-guard][method=post]")) keep(event.target, false);
});
// A part of the page was asked for, and the answer is to leave or to load anew: what is typed comes along, unasked.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr } = event.detail;
  const isTooOld = Boolean(xhr.getResponseHeader("HX-Refresh"));
  const isSignedOut = /[?&]next=/.test(xhr.getResponseHeader("HX-Redirect") ?? "");
  if (event.defaultPrevented || !(isTooOld || isSignedOut)) return;
  if (isTooOld && isLoadedAnew) { // It was no help, and would go on for ever.
    event.preventDefault();
    return say("failed");
  }
  if (!touched?.isConnected) return;
  keep(touched, true);
  addEventListener("beforeunload", (leaving) => leaving.stopImmediatePropagation(), { capture: true });
});
begin();
