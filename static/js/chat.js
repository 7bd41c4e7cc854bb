// The page in the chat's frame: opens and closes, and says so to the site around it, which gives it its room.

const toggle = document.querySelector(".chat__toggle");
const panel = document.getElementById("panel");

function tell() {
  if (parent !== window) parent.postMessage({ hubcloneChat: panel.hidden ? "closed" : "open" }, "*");
}

function set(open) {
  panel.hidden = !open;
  toggle.setAttribute("aria-expanded", String(open));
  tell();
  open ? start() : toggle.focus();
}

// Where reading begins: at what has to be mended or what was done, else at the name.
function start() {
  (panel.querySelector("[aria-invalid=true]") ?? panel.querySelector("[data-start]") ?? panel.querySelector("h1")).focus();
}

function leave(event) {
  if (event.key !== "Escape" || event.defaultPrevented || panel.hidden) return;
  event.preventDefault();
  set(false);
}

if (toggle) {
  toggle.addEventListener("click", () => set(panel.hidden));
  document.addEventListener("keydown", leave);
  tell();
  if (!panel.hidden) start();
}

// The scheduling page is a document of its own, whose keys do not come up to this one.
const book = panel?.querySelector("iframe");
const listen = () => book.contentDocument?.addEventListener("keydown", leave);
if (book) {
  book.addEventListener("load", listen);
  listen();
}
