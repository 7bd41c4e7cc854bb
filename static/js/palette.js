// The command palette: Ctrl-K or ⌘K opens it, arrows move through what was found, Enter opens it, Esc gives the focus
// back. htmx brings the results; until they are those of what was typed, Enter leads to the page of results.

const palette = document.getElementById("palette");
const input = document.getElementById("palette-input");
const results = document.getElementById("palette-results");

if (/Mac|iPhone|iPad/.test(navigator.platform)) {
  for (const key of document.querySelectorAll("[data-mac]")) key.textContent = key.dataset.mac;
}

function show() {
  if (!palette || document.querySelector("dialog:modal")) return;
  palette.showModal();
  input.select();
}

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  show();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-palette-open]");
  if (!link || !palette || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show();
});

const options = () => [...results.querySelectorAll("[role=option]")];
const marked = () => results.querySelector("[aria-selected=true]");

function mark(option) {
  marked()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  option ? input.setAttribute("aria-activedescendant", option.id) : input.removeAttribute("aria-activedescendant");
}

input?.addEventListener("input", () => mark(null));
input?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const all = options();
    if (all.length) mark(all.at((all.indexOf(marked()) + (step < 0 && !marked() ? 0 : step)) % all.length));
  } else if (event.key === "Enter" && marked() && !event.isComposing) {
    event.preventDefault();
    marked().click();
  }
});

results?.addEventListener("htmx:afterSwap", () => {
  const [first] = options();
  input.setAttribute("aria-expanded", String(Boolean(first)));
  mark(first);
});

// What went wrong is said here: toasts lie under the dialog.
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  palette?.addEventListener(name, (event) => {
    event.stopPropagation();
    const words = document.createElement("p");
    words.className = "palette__none";
    words.setAttribute("role", "alert");
    words.textContent = palette.dataset.failed;
    results.replaceChildren(words);
    mark(null);
  });
}
