// Rows of a table that can be chosen: how many are, all of the page at once, and a range with Shift.

const boxes = (bulk) => [...bulk.querySelectorAll("td.table__select input")];
let last = null;

function count(bulk) {
  const all = boxes(bulk);
  const chosen = all.filter((box) => box.checked).length;
  const head = bulk.querySelector("[data-bulk-all]");
  bulk.querySelector("[data-bulk-count]").textContent = chosen ? `: ${chosen}` : "";
  if (!head) return;
  head.hidden = !all.length;
  const box = head.querySelector("input");
  box.checked = chosen > 0 && chosen === all.length;
  box.indeterminate = chosen > 0 && chosen < all.length;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("td.table__select input");
  const bulk = box?.closest("[data-bulk]");
  if (!bulk) return;
  const all = boxes(bulk);
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  if (event.shiftKey && from >= 0) for (const other of all.slice(from, to + 1)) other.checked = box.checked;
  last = box;
  count(bulk);
});

document.addEventListener("change", (event) => {
  const bulk = event.target.closest("[data-bulk-all]")?.closest("[data-bulk]");
  if (!bulk) return;
  for (const box of boxes(bulk)) box.checked = event.target.checked;
  count(bulk);
});

document.addEventListener("reset", (event) => {
  const bulk = event.target.closest("[data-bulk]");
  if (bulk) setTimeout(() => count(bulk));
});

function start(node) {
  for (const bulk of node.querySelectorAll?.("[data-bulk]") ?? []) count(bulk);
}
start(document);
addEventListener("pageshow", () => start(document));
document.addEventListener("htmx:load", (event) => start(event.target.parentNode ?? event.target));
