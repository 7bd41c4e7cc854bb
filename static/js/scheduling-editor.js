// The editor of a scheduling page: the link as visitors get it, the colour picker beside its text, and changes made by
// the buttons for hours and fields, which count as unsaved ones.

const slug = document.querySelector("[data-slug]");
const preview = document.querySelector("[data-link-preview]");
slug?.addEventListener("input", () => {
  preview.textContent = preview.dataset.base + slug.value.trim().toLowerCase();
});

const scope = document.querySelector("[data-color-scope]");
if (scope) {
  const text = scope.querySelector("[data-brand-color]");
  const picker = scope.querySelector("[data-color-picker]");
  picker.hidden = false;
  picker.addEventListener("input", () => {
    text.value = picker.value;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
  text.addEventListener("input", () => {
    if (/^#[0-9a-f]{6}$/i.test(text.value)) picker.value = text.value;
  });
}

document.addEventListener("htmx:afterSwap", (event) => {
  const form = event.target.closest("form[data-guard]");
  form?.dispatchEvent(new Event("input", { bubbles: true }));
});
