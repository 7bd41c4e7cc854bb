// Settings → General → Calendar: the link of a new page as it will be, while its part or its host is being chosen.

const preview = document.querySelector("[data-link-preview]");
const part = document.querySelector("[name=url_part]");
const host = document.querySelector("select[name=host]");

function show() {
  const { bases, path, usual, end } = preview.dataset;
  const typed = part.value.trim().toLowerCase() || usual;
  preview.textContent = `${JSON.parse(bases)[host.value] ?? ""}${path}${typed}/${end}`;
}

if (preview) for (const field of [part, host]) field.addEventListener("input", show);
