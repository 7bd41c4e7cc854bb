// The editor of a scheduling page: its steps, the link as visitors get it, the colour picker beside its text, ends on the next day, the
// chosen logo, and changes made by
// the buttons for hours and fields, which count as unsaved ones.

// The steps are the parts of one form: shown one at a time here, one below the other without this.
const wizard = document.querySelector("[data-wizard]");
const parts = [...document.querySelectorAll("[data-step]")];
const links = [...document.querySelectorAll("[data-stepper] a")];

function open(part) {
  for (const other of parts) other.hidden = other !== part;
  for (const link of links) {
    link.hash === `#${part.id}` ? link.setAttribute("aria-current", "step") : link.removeAttribute("aria-current");
  }
  wizard.dataset.shown = part.id;
  const form = part.closest("form");
  if ("stays" in form.dataset) form.action = `${location.pathname}#${part.id}`; // Saved, the same step is shown again.
}

function follow() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  const part = target?.closest?.("[data-step]");
  if (part) open(part);
  return Boolean(part);
}

if (wizard) {
  wizard.dataset.wizard = "steps";
  const wrong = links.find((link) => link.classList.contains("stepper__step--wrong"));
  if (wrong) open(document.querySelector(wrong.hash));
  else if (!follow()) open(parts[0]);
  wizard.addEventListener("half", ({ target }) => open(target.closest("[data-step]")));
  addEventListener("hashchange", () => {
    if (follow()) document.querySelector("[data-stepper]").scrollIntoView({ block: "nearest" });
  });
}

const slug = document.querySelector("[data-slug]");
const preview = document.querySelector("[data-link-preview]");
slug?.addEventListener("input", () => {
  preview.textContent = preview.dataset.base + slug.value.trim().toLowerCase();
});

// A new page's link follows its title until it is typed itself; one that came back with mistakes is left as it is.
if (slug && !("stays" in slug.form.dataset) && !slug.form.querySelector("[aria-invalid=true]")) {
  let ours = slug.value;
  slug.form.elements.title.addEventListener("input", ({ target }) => {
    const plain = target.value.toLowerCase().replaceAll("ł", "l").normalize("NFD").replace(/\p{M}/gu, "");
    const words = plain.match(/[a-z0-9]+/g)?.slice(0, 8).join("-");
    if (!words || slug.value !== ours) return;
    slug.value = ours = ours.slice(0, ours.lastIndexOf("/") + 1) + words;
    slug.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

const scope = document.querySelector("[data-color-scope]");
if (scope) {
  const text = scope.querySelector("[data-brand-color]");
  const picker = scope.querySelector("[data-color-picker]");
  const follow = () => { // As the server reads it: six digits, with or without the sign; empty is the colour of the placeholder.
    const digits = /^#?([0-9a-f]{6})$/i.exec(text.value.trim() || text.placeholder);
    if (digits) picker.value = `#${digits[1]}`;
  };
  follow();
  picker.hidden = false;
  picker.addEventListener("input", () => {
    text.value = picker.value;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
  text.addEventListener("input", follow);
}

// An end that is not after its start lies on the next day, and says so.
document.addEventListener("input", (event) => {
  const hours = event.target.closest(".hours__window");
  if (!hours) return;
  const [start, end] = [...hours.querySelectorAll("input")].map((input) => input.value);
  hours.querySelector(".hours__next").hidden = !start || !end || end > start;
});

// A chosen logo is shown before it is saved.
document.querySelector("[data-logo] input[type=file]")?.addEventListener("change", ({ target }) => {
  const shown = target.closest("[data-logo]").querySelector("img");
  const [file] = target.files;
  if (!file || !target.accept.split(",").includes(file.type)) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    shown.removeAttribute("width");
    shown.removeAttribute("height");
    shown.src = reader.result;
    shown.hidden = false;
  });
  reader.readAsDataURL(file);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const form = event.target.closest("form[data-guard]");
  form?.dispatchEvent(new Event("input", { bubbles: true }));
});
