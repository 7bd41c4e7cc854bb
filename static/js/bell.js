// The bell asks for its count while somebody looks at the page, and keeps quiet when that fails: it will ask again.

const PERIOD_MS = 60000;
const bell = document.querySelector("[data-bell]");
let asked = Date.now();

function ask() {
  if (document.visibilityState !== "visible" || Date.now() - asked < PERIOD_MS) return;
  asked = Date.now();
  bell.dispatchEvent(new CustomEvent("bell"));
}

if (bell) {
  setInterval(ask, PERIOD_MS / 4);
  document.addEventListener("visibilitychange", ask);
  bell.addEventListener("htmx:configRequest", (event) => {
    event.detail.parameters.known = bell.querySelector("[data-unread]").dataset.unread;
  });
  // Signing in again is for whoever does something, not for a page that lies open.
  bell.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) event.preventDefault();
  });
  for (const name of ["htmx:responseError", "htmx:sendError"]) bell.addEventListener(name, (event) => event.stopPropagation());
}
