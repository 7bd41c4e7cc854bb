// Dialogs, drawers, menus and tooltips: only what the platform does not do by itself.

// Browsers without command buttons open and close dialogs here.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[commandfor]");
  if (button && !("command" in HTMLButtonElement.prototype)) {
    const dialog = document.getElementById(button.getAttribute("commandfor"));
    button.getAttribute("command") === "close" ? dialog.close() : dialog.showModal();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// A drawer that the page's address opened; closing it goes back to the address without it.
function show(node) {
  for (const drawer of node.querySelectorAll?.("dialog[data-shown]:not([open])") ?? []) drawer.showModal();
}
show(document);
document.addEventListener("htmx:load", (event) => show(event.target.parentNode ?? event.target));
document.addEventListener("close", (event) => {
  const url = event.target.dataset?.closeUrl;
  if (url) return location.assign(url);
  giveBack(event.target);
}, true);

// The platform gives the keyboard back to the button that opened the dialog; one in a menu has been folded away by then.
function giveBack(dialog) {
  const opener = document.querySelector(`details.menu button[commandfor="${CSS.escape(dialog.id)}"][command="show-modal"]`);
  if (opener) setTimeout(() => {
    if (document.activeElement === document.body || dialog.contains(document.activeElement)) opener.closest("details.menu").querySelector("summary").focus();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]") ?? document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  for (const tooltip of document.querySelectorAll(".tooltip:is(:hover, :focus-within)")) {
    tooltip.dataset.dismissed = "";
    tooltip.addEventListener("mouseleave", () => delete tooltip.dataset.dismissed, { once: true });
    tooltip.addEventListener("focusout", () => delete tooltip.dataset.dismissed, { once: true });
  }
});
document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});
