{% comment %}settings: JSON{% endcomment %}// The chat: one frame on this page, in which everything else is. It needs no more of a content policy than that this
// host may give scripts, style sheets and frames.
(() => {
  "use strict";
  const { frame, style, titles, language } = {{ settings|safe }};
  const tag = document.currentScript;
  if (!tag || window.hubcloneChat) return; // a module, or a second tag
  window.hubcloneChat = true;
  const { origin } = new URL(tag.src);

  const box = document.createElement("iframe");
  box.className = "hubclone-chat";
  box.title = titles[navigator.language.slice(0, 2)] ?? titles[language];
  box.setAttribute(
    "sandbox",
    "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-top-navigation-by-user-activation",
  );
  box.src = `${origin}${frame}?site=${encodeURIComponent(location.origin + location.pathname)}`;

  // The frame says whether it is open; its size follows by the style sheet.
  addEventListener("message", (event) => {
    if (event.source !== box.contentWindow || event.origin !== origin) return;
    if (event.data?.hubcloneChat) box.toggleAttribute("data-open", event.data.hubcloneChat === "open");
  });

  // Without its style sheet the frame would stand in the page's own text.
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = `${origin}${style}`;
  sheet.addEventListener("load", () => document.body.append(box));

  const start = () => document.head.append(sheet);
  document.body ? start() : addEventListener("DOMContentLoaded", start);
})();
