// The visitor's time zone: found once, kept in the cookie "hub_tz", and sent with the form that holds the chooser.
// <select name="tz" data-detect-zone>: a change sends its form at once. data-detect-zone="found" means that the page
// already knows the zone (from the address or the cookie) and nothing needs to be found.

const YEAR_SECONDS = 31536000;

function keep(zone) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `hub_tz=${encodeURIComponent(zone)}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
}

function detect(select) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || select.dataset.detectZone === "found") return;
  select.dataset.detectZone = "found";
  keep(zone);
  if (zone === select.value) return;
  if (![...select.options].some((option) => option.value === zone)) select.add(new Option(zone.replaceAll("_", " "), zone));
  select.value = zone;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("select[data-detect-zone]")) return;
  keep(event.target.value);
  event.target.form?.requestSubmit();
});

const chooser = document.querySelector("select[data-detect-zone]");
if (chooser) detect(chooser);
