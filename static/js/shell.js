// The rail (collapsed on wide screens, sliding in on narrow ones), tabs, and the theme without a new page.

const root = document.documentElement;
const YEAR_SECONDS = 31536000;

function keep(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${value ? YEAR_SECONDS : 0}; SameSite=Lax${secure}`;
}

const rail = document.getElementById("rail");
const opener = document.querySelector("[data-rail-open]");

function slide(open) {
  rail.toggleAttribute("data-open", open);
  opener.setAttribute("aria-expanded", String(open));
  if (open) rail.querySelector("a").focus();
}

// Folded sections of the rail stay folded.
const sections = [...document.querySelectorAll("[data-rail-section]")];
for (const section of sections) {
  section.addEventListener("toggle", () => {
    keep("hub_rail_folded", sections.filter((one) => !one.open).map((one) => one.dataset.railSection).join("."));
  });
}

// The current tab of a row that is wider than the screen comes into its middle.
for (const row of document.querySelectorAll(".tabs, .settings__menu")) {
  const tab = row.querySelector("[aria-current]");
  if (!tab || row.scrollWidth <= row.clientWidth) continue;
  const [outer, inner] = [row.getBoundingClientRect(), tab.getBoundingClientRect()];
  row.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-rail-open]")) return slide(!rail.hasAttribute("data-open"));
  if (rail?.hasAttribute("data-open") && !event.target.closest("#rail")) slide(false);
  const fold = event.target.closest("[data-rail-fold]");
  if (fold) {
    const folded = root.dataset.rail !== "collapsed";
    folded ? (root.dataset.rail = "collapsed") : delete root.dataset.rail;
    fold.setAttribute("aria-expanded", String(!folded));
    keep("hub_rail", folded ? "collapsed" : "");
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && rail?.hasAttribute("data-open")) {
    slide(false);
    opener.focus();
  }
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-form]") || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  theme ? (root.dataset.theme = theme) : delete root.dataset.theme;
  keep("hub_theme", theme);
  for (const button of event.target.querySelectorAll("[aria-pressed]")) {
    button.setAttribute("aria-pressed", String(button === event.submitter));
  }
}, true);
